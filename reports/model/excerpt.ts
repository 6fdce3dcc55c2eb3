import type { TranscriptLine } from './vocabulary.ts';

/** A stretch of a transcript, or how many lines lie between two stretches. */
export type ExcerptLine<Line = TranscriptLine> = Line | { readonly omitted: number };

/**
 * The at most `limit` lines that explain a result best: those nearest to the marked lines, or the
 * last ones where none is marked. Gaps say how many lines they hide.
 */
export function excerpt<Line extends Pick<TranscriptLine, 'mark'>>(
  transcript: readonly Line[],
  limit: number,
): ExcerptLine<Line>[] {
  const marked = transcript.flatMap((line, index) => (line.mark ? [index] : []));
  const anchors = marked.length > 0 ? marked : [transcript.length - 1];
  // What led to a mark says more than what followed it.
  const distance = (index: number) =>
    Math.min(...anchors.map((anchor) => (index <= anchor ? anchor - index : 3 * (index - anchor))));
  const nearest = transcript.map((_, index) => ({ index, far: distance(index) }));
  nearest.sort((a, b) => a.far - b.far || a.index - b.index);
  const kept = new Set(nearest.slice(0, limit).map(({ index }) => index));

  const lines: ExcerptLine<Line>[] = [];
  let omitted = 0;
  for (const [index, line] of transcript.entries()) {
    if (!kept.has(index)) {
      omitted += 1;
      continue;
    }
    if (omitted > 0) lines.push({ omitted });
    omitted = 0;
    lines.push(line);
  }
  if (omitted > 0) lines.push({ omitted });
  return lines;
}
