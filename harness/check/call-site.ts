import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in the source: file, relative to the project, and line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the function that calls this one was called. */
export function callSite(): Place {
  // Frame 0 is the message, 1 this function, 2 its caller, 3 the file that called that.
  const frame = new Error('call site').stack?.split('\n')[3] ?? '';
  const place = /\(?((?:file:\/\/)?\/[^()]+?):(\d+):\d+\)?$/.exec(frame);
  if (!place?.[1]) return { file: 'unknown', line: 0 };
  const path = place[1].startsWith('file://') ? fileURLToPath(place[1]) : place[1];
  return { file: relative(PROJECT_ROOT, path), line: Number(place[2]) };
}
