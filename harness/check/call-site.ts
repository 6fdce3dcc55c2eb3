import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in the source: file, relative to the project where it lies in it, and line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the function that calls this one was called. */
export function callSite(): Place {
  // Frame 0 is the message, 1 this function, 2 its caller, 3 the file that called that.
  const frame = new Error('call site').stack?.split('\n')[3] ?? '';
  const place = /\(?((?:file:\/\/)?\/[^()]+?):(\d+):(\d+)\)?$/.exec(frame);
  if (!place?.[1]) return { file: 'unknown', line: 0 };
  const path = place[1].startsWith('file://') ? fileURLToPath(place[1]) : place[1];
  return written({ file: nameOf(path), line: Number(place[2]) }, path, Number(place[3]));
}

/** From the project; what lies outside of it from where the command was given. */
function nameOf(path: string): string {
  return relative(path.startsWith(PROJECT_ROOT) ? PROJECT_ROOT : process.cwd(), path);
}

const maps = new Map<string, SourceMap | undefined>();

/** The place in the source as it was written, where this is one in what was compiled from it. */
function written(place: Place, path: string, column: number): Place {
  if (!path.endsWith('.js')) return place;
  if (!maps.has(path)) maps.set(path, mapOf(path));
  const origin = maps.get(path)?.findOrigin(place.line, column);
  return origin && 'lineNumber' in origin
    ? { file: place.file.replace(/\.js$/, '.ts'), line: origin.lineNumber }
    : place;
}

function mapOf(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
  } catch {
    // A check of somebody else, which was not compiled, or without a map.
    return undefined;
  }
}
