import { excerpt } from '../../model/excerpt.ts';
import type { GatedResult } from '../../model/record.ts';
import type { TranscriptLine } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import { visibleLines } from './visible-lines.ts';
import type { Words } from './words.ts';

/** A dialogue as a check or a control leaves it. */
export interface Dialogue extends Pick<GatedResult, 'transcript' | 'transcriptOmitted'> {
  /** Whose it is, for people who hear the page. */
  readonly label: string;
}

/** The dialogue of a result, at most `limit` lines of it; what did not hold is marked. */
export function transcript(result: Dialogue, limit: number, words: Words): Safe | null {
  if (result.transcript.length === 0) return null;
  const several = new Set(result.transcript.map(({ connection }) => connection)).size > 2;
  const lines = excerpt(result.transcript, limit).map((line) =>
    'omitted' in line
      ? html`<p class="gap">${words.result.omitted(line.omitted)}</p>`
      : transcriptLine(line, several, words),
  );
  const omitted = result.transcriptOmitted;
  return html`<div class="transcript${several ? ' several' : null}" role="region" tabindex="0" aria-label="${words.result.transcript} ${result.label}">${lines}${
    omitted === 0 ? null : html`<p class="gap">${words.result.omittedEvidence(omitted)}</p>`
  }</div>`;
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
