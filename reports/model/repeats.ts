import type { TranscriptLine } from './vocabulary.ts';

/** A line of a dialogue that may stand for more: after it, the last `lines` lines came `times` times in all. */
export interface FoldedLine extends TranscriptLine {
  readonly again: { readonly lines: number; readonly times: number } | null;
}

/** Longest exchange, in lines, whose repetition is noticed. */
const LONGEST = 8;

/**
 * The dialogue with every exchange that follows itself unchanged shown once: the same server line, or the same
 * commands with the same answers. Only times and connections may differ; what is marked differently is not the same.
 */
export function foldRepeats(transcript: readonly TranscriptLine[]): readonly FoldedLine[] {
  const folded: FoldedLine[] = [];
  const same = (a: number, b: number) => isSame(transcript[a], transcript[b]);
  let at = 0;
  while (at < transcript.length) {
    const { lines, times } = repetitionAt(transcript.length, at, same);
    for (const [index, line] of transcript.slice(at, at + lines).entries()) {
      folded.push({ ...line, again: times > 1 && index === lines - 1 ? { lines, times } : null });
    }
    at += lines * times;
  }
  return folded;
}

/** The shortest exchange that begins here and follows itself; one line, once, where none does. */
function repetitionAt(
  length: number,
  at: number,
  same: (a: number, b: number) => boolean,
): { readonly lines: number; readonly times: number } {
  for (let lines = 1; lines <= LONGEST && at + 2 * lines <= length; lines += 1) {
    let end = at + lines;
    while (end < length && same(end, end - lines)) end += 1;
    const times = Math.floor((end - at) / lines);
    if (times > 1) return { lines, times };
  }
  return { lines: 1, times: 1 };
}

function isSame(a: TranscriptLine | undefined, b: TranscriptLine | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.who === b.who &&
    a.layer === b.layer &&
    a.text === b.text &&
    a.mark === b.mark
  );
}
