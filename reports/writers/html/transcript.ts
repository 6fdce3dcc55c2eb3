import { type ExcerptLine, excerpt } from '../../model/excerpt.ts';
import type { GatedResult } from '../../model/record.ts';
import { type FoldedLine, foldRepeats } from '../../model/repeats.ts';
import type { TranscriptLine } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import { visibleLines } from './visible-lines.ts';
import type { Words } from './words.ts';

/** A dialogue as a check or a control leaves it. */
export interface Dialogue extends Pick<GatedResult, 'transcript' | 'transcriptOmitted'> {
  /** Whose it is, for people who hear the page. */
  readonly label: string;
}

/** Lines that lie open in a dialogue without a mark, and those that each mark adds. */
const OPEN = { least: 7, perMark: 3, most: 18 };
/** Fewer lines than these are not worth being folded away. */
const LEAST_FOLDED = 3;

/**
 * The dialogue of a result, at most `limit` lines of it, opened where something did not hold, or else at its end; the
 * rest is folded. What repeats itself stands once with its number.
 */
export function transcript(result: Dialogue, limit: number, words: Words): Safe | null {
  if (result.transcript.length === 0) return null;
  const several = new Set(result.transcript.map(({ connection }) => connection)).size > 2;
  const folded = foldRepeats(result.transcript);
  const marks = folded.filter(({ mark }) => mark !== null).length;
  const open = new Set(excerpt(folded, Math.min(limit, OPEN.least + marks * OPEN.perMark, OPEN.most)));
  const parts = stretches(excerpt(folded, limit), (line) => open.has(line));
  const omitted = result.transcriptOmitted;
  return html`<div class="transcript${several ? ' several' : null}" role="region" tabindex="0" aria-label="${words.result.transcript} ${result.label}">${parts.map(
    ({ isOpen, lines }) => {
      const shown = lines.map((line) => shownLine(line, several, words));
      if (isOpen) return shown;
      const count = lines.reduce((sum, line) => sum + ('omitted' in line ? line.omitted : 1), 0);
      return html`<details class="more"><summary>${words.result.moreLines(count)}</summary>${shown}</details>`;
    },
  )}${omitted === 0 ? null : html`<p class="gap">${words.result.omittedEvidence(omitted)}</p>`}</div>`;
}

interface Stretch {
  readonly isOpen: boolean;
  readonly lines: readonly ExcerptLine<FoldedLine>[];
}

/** Lines that lie open and lines that do not, in turns; a few lines between open ones lie open too. */
function stretches(
  lines: readonly ExcerptLine<FoldedLine>[],
  isOpen: (line: ExcerptLine<FoldedLine>) => boolean,
): readonly Stretch[] {
  const found: { isOpen: boolean; lines: ExcerptLine<FoldedLine>[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last?.isOpen === isOpen(line)) last.lines.push(line);
    else found.push({ isOpen: isOpen(line), lines: [line] });
  }
  return found.map((stretch) => ({
    ...stretch,
    isOpen:
      stretch.isOpen ||
      (stretch.lines.length < LEAST_FOLDED && stretch.lines.every((line) => !('omitted' in line))),
  }));
}

function shownLine(line: ExcerptLine<FoldedLine>, several: boolean, words: Words): Safe {
  if ('omitted' in line) return html`<p class="gap">${words.result.omitted(line.omitted)}</p>`;
  const { again } = line;
  return html`${transcriptLine(line, several, words)}${
    again === null ? null : html`<p class="gap again">${words.result.again(again.lines, again.times)}</p>`
  }`;
}

function transcriptLine(line: TranscriptLine, several: boolean, words: Words): Safe {
  const time = html`<i>${(line.at / 1_000_000).toFixed(3)}</i>`;
  if (line.who === 'note') {
    if (line.mark === null) return html`<p class="note">${time}<b></b><span>${line.text}</span></p>`;
    return html`<p class="note ${line.mark}">${time}<b></b><mark><small>${words.result[line.mark]}</small> ${line.text}</mark></p>`;
  }
  const speaker = line.who === 'client' ? 'C' : 'S';
  const text =
    line.mark === null
      ? html`<span>${visibleLines(line.text)}</span>`
      : html`<mark>${visibleLines(line.text)}</mark>`;
  const connection = several ? html`<small>#${line.connection}</small>` : null;
  const layer = line.layer === null ? null : html`<em>${words.result[line.layer]}</em>`;
  return html`<p class="${line.who} ${line.layer ?? 'clear'} ${line.mark ?? ''}">${time}<b>${speaker}:${connection}${layer}</b>${text}</p>`;
}
