import type { RunRecord } from '../../model/record.ts';
import { VERDICTS } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import type { Words } from './words.ts';

/** What each verdict means, and how often it occurs. */
export function legend(record: RunRecord, words: Words): Safe {
  return html`<section id="legend"><h2>${words.sections.legend}</h2><p class="explain">${words.explain.legend}</p>
<dl class="legend">${VERDICTS.toReversed().map(
    (verdict) =>
      html`<div><dt>${glyph(verdict)} ${words.verdicts[verdict].name}</dt><dd><data value="${record.counts[verdict]}" data-count="${verdict}">${record.counts[verdict]}</data> ${words.verdicts[verdict].meaning}</dd></div>`,
  )}</dl></section>`;
}

/** Checks that were left out, per target. */
export function notSelected(record: RunRecord, words: Words): Safe | null {
  if (record.counts.notSelected === 0) return null;
  return html`<section id="notSelected"><h2>${words.sections.notSelected} <span class="count">${record.counts.notSelected}</span></h2><p class="explain">${words.explain.notSelected}</p>
${record.targets.map(({ name, notSelected: left }) => {
  if (left.length === 0) return null;
  const reasons = [...new Set(left.map(({ why }) => why))];
  return html`<details class="plain"><summary>${name} <span class="count">${left.length}</span></summary>${reasons.map(
    (why) =>
      html`<p>${why}: ${left.filter((one) => one.why === why).map(({ check }) => html`<code>${check}</code> `)}</p>`,
  )}</details>`;
})}</section>`;
}
