import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidenceEvent } from './events.ts';

/** Where the sealed evidence of a check lies and what it holds. */
export interface SealedEvidence {
  /** `sha256:` and 64 hexadecimal digits over the file. */
  readonly digest: string;
  /** File name inside the evidence folder. */
  readonly file: string;
  readonly mediaType: 'application/x-ndjson';
  readonly events: number;
  readonly bytes: number;
  readonly redactions: number;
}

/** Events as JSON lines, one event per line. */
export function serialiseEvents(events: readonly EvidenceEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/**
 * Writes the events under the SHA-256 of their text. The same dialogue is stored once.
 * @throws Error of node:fs when the folder cannot be written.
 */
export async function sealEvidence(
  folder: string,
  events: readonly EvidenceEvent[],
  redactions: number,
): Promise<SealedEvidence> {
  const content = Buffer.from(serialiseEvents(events));
  const hash = createHash('sha256').update(content).digest('hex');
  const file = `${hash}.jsonl`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), content);
  return {
    digest: `sha256:${hash}`,
    file,
    mediaType: 'application/x-ndjson',
    events: events.length,
    bytes: content.length,
    redactions,
  };
}
