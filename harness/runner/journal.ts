import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { CertificateRecord, RoleSnapshot } from '../../reports/model/record.ts';
import type { ControlResult } from '../model/control-result.ts';
import type { CheckResult } from '../model/result.ts';

/**
 * The journal of one target: JSON lines, written as results come, so that a run that is killed leaves what
 * it had learned: what was written outlives its process. It is synced to the disk once, at the end.
 */
export type JournalEntry =
  | {
      readonly kind: 'capabilities';
      readonly capabilities: readonly RoleSnapshot[];
      readonly certificates: readonly CertificateRecord[];
    }
  | { readonly kind: 'control'; readonly control: ControlResult }
  | { readonly kind: 'result'; readonly result: CheckResult };

export interface JournalWriter {
  append(entry: JournalEntry): void;
  close(): void;
}

export function openJournal(file: string): JournalWriter {
  const descriptor = openSync(file, 'a');
  return {
    append(entry) {
      // Unlike writeSync, it does not leave a part of the line out when a disk fills up; it throws.
      writeFileSync(descriptor, `${JSON.stringify(entry)}\n`);
    },
    close() {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

/**
 * The entries of a journal. A line that was cut off, by a killed run or a full disk, is left out: its
 * check then has no result, which the record says.
 */
export function readJournal(file: string): JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const lines = text.split('\n');
  // What follows the last line break is empty, or an entry whose writing was interrupted.
  return lines.slice(0, -1).flatMap((line) => entryOf(line) ?? []);
}

function entryOf(line: string): JournalEntry | null {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return null;
  }
}
