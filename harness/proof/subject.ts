import type { Protocol } from './hostile-replies.ts';

/** A part of mailspec that takes what servers say. */
export interface Subject {
  readonly name: string;
  /** What it did that it must not do, in a sentence that is the same for the same mistake; null where all is well. */
  wrong(replies: readonly Buffer[], protocol: Protocol): Promise<string | null>;
}

/** A sentence about what was thrown. */
export function told(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

/** What no text of a record or a report may hold: controls, directions, ends of lines, and what has no glyph. */
export const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
