import { OUTCOMES, obstacleOfTarget, obstaclesOfRun, outcomeOf } from '../../model/outcome.ts';
import type { RunRecord } from '../../model/record.ts';
import { OUTCOME_OF, STANDINGS } from '../../model/standing.ts';
import { VERDICTS } from '../../model/vocabulary.ts';
import { numberOf } from './number.ts';
import { reasonIn } from './reasons.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import type { Words } from './words.ts';

/** What each verdict and each colour means, how often it occurs, and how other reports count it. */
export function legend(record: RunRecord, words: Words): Safe {
  const results = record.targets.flatMap((target) => target.results);
  const obstacles = [...record.targets.map(obstacleOfTarget), ...obstaclesOfRun(record)].filter(
    (one) => one !== null,
  ).length;
  return html`<section id="legend"><h2>${words.sections.legend}</h2><p class="explain">${words.explain.legend}</p>
<dl class="legend">${VERDICTS.toReversed().map(
    (verdict) =>
      html`<div><dt>${glyph(verdict)} ${words.verdicts[verdict].name}</dt><dd><data value="${record.counts[verdict]}" data-count="${verdict}">${record.counts[verdict]}</data> ${words.verdicts[verdict].meaning}</dd></div>`,
  )}</dl>
<h3>${words.legend.colours}</h3>
<dl class="legend key">${STANDINGS.map(
    (standing) =>
      html`<div class="${standing}"><dt><i></i>${words.standings[standing]}</dt><dd>${numberOf(results, standing)} ${words.explain[standing]} <span class="muted">${words.legend.elsewhere(OUTCOME_OF[standing])}</span></dd></div>`,
  )}</dl>
<p class="elsewhere">${words.legend.others}${words.colon}${OUTCOMES.map((outcome, index) => {
    const counted = results.filter((result) => outcomeOf(result) === outcome).length;
    const count = counted + (outcome === 'errored' ? obstacles : 0);
    return html`${index > 0 ? ' · ' : null}${outcome} <data value="${count}" data-outcomes="${outcome}">${count}</data>`;
  })}. ${obstacles === 0 ? null : words.legend.obstacles(obstacles)}</p></section>`;
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
      html`<p>${reasonIn(why, words)}${words.colon}${left.filter((one) => one.why === why).map(({ check }) => html`<code>${check}</code> `)}</p>`,
  )}</details>`;
})}</section>`;
}
