import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventSchema } from './event-schema.ts';
import type { EvidenceEvent } from './events.ts';
import type { SealedEvidence } from './store.ts';

/** A file of evidence that is not what was sealed. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';
}

/**
 * The events that were sealed; null where there is no such file.
 * @param folder where the evidence of the run lies
 * @throws BrokenSeal where the octets of the file are others than those that were sealed, or no events
 */
export async function readEvidence(
  folder: string,
  { digest, file }: SealedEvidence,
): Promise<readonly EvidenceEvent[] | null> {
  // The record names a file of this folder, and no other of the machine.
  if (!/^[0-9a-f]{64}\.jsonl$/.test(file)) throw new BrokenSeal(`${file} is no name of evidence.`);
  const content = await readFile(join(folder, file)).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT' || failure.code === 'ENOTDIR') return null;
    throw failure;
  });
  if (content === null) return null;
  const found = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  if (found !== digest)
    throw new BrokenSeal(`${file} was changed after it was sealed: its SHA-256 is ${found.slice(7)}.`);
  return content
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event = eventSchema.safeParse(parsed(line));
      if (!event.success) throw new BrokenSeal(`${file} holds a line that is no event.`);
      return event.data;
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
