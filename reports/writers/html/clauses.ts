import { type ClauseState, clauseState, countClauses, decidingResults } from '../../model/clause-state.ts';
import type { ClauseRecord, GatedResult, RunRecord, TargetRecord } from '../../model/record.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { anchorOf } from './anchor.ts';
import { html, type Safe } from './safe.ts';
import { glyph, toneOf } from './tone.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

const SHAPE: Readonly<Record<ClauseState, Verdict>> = {
  met: 'pass',
  'not-met': 'fail',
  undecided: 'inconclusive',
  'not-applicable': 'not-applicable',
  undecidable: 'not-run',
};

/** The document behind the profile, clause by clause, and what each target made of it. */
export function clauseTable(record: RunRecord, words: Words): Safe | null {
  const { clauses } = record.profile;
  if (clauses.length === 0) return null;
  return html`<section id="clauses"><h2>${words.sections.clauses} <span class="count">${clauses.length}</span></h2>
<p class="explain">${words.explain.clauses}</p>
<ul class="tallies">${record.targets.map((target) => html`<li>${words.clauses.counts(target.name, countClauses(clauses, target))}</li>`)}</ul>
<table class="clauses"><thead><tr><th scope="col">${words.clauses.clause}</th>${record.targets.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${clauses.map((clause) => clauseRow(record, clause, words))}</tbody></table>
</section>`;
}

function clauseRow(record: RunRecord, clause: ClauseRecord, words: Words): Safe {
  const { id, title, level, whyNot } = clause;
  return html`
<tr><th scope="row"><span class="code">${id}</span>${level === null ? null : html` <span class="severity">${level}</span>`}${
    title === null ? null : html`<span class="title"${inEnglish(words)}>${title}</span>`
  }${whyNot === null ? null : html`<small${inEnglish(words)}>${whyNot}</small>`}</th>${record.targets.map(
    (target) => stateOf(record, clause, target, words),
  )}</tr>`;
}

/** The state, what stands in the way by name, and the rest by number. */
function stateOf(record: RunRecord, clause: ClauseRecord, target: TargetRecord, words: Words): Safe {
  const state = clauseState(clause, target);
  const deciding = decidingResults(clause, target);
  const calm = deciding.filter(([, result]) => result !== null && isCalm(result));
  const loud = deciding.filter(([, result]) => result === null || !isCalm(result));
  return html`<td class="${state}"><p class="where">${target.name}</p><p class="state">${glyph(SHAPE[state])} ${words.clauses.states[state]}</p>${
    loud.length === 0
      ? null
      : html`<p class="requirements">${loud.map(([check, result]) => requirement(record, check, result, words))}</p>`
  }${
    calm.length === 0
      ? null
      : html`<details class="plain"><summary>${tally(calm, words)}</summary><p class="requirements">${calm.map(
          ([check, result]) => requirement(record, check, result, words),
        )}</p></details>`
  }</td>`;
}

function isCalm({ verdict }: GatedResult): boolean {
  return verdict === 'pass' || verdict === 'not-applicable';
}

function tally(calm: readonly (readonly [string, GatedResult | null])[], words: Words): string {
  const passed = calm.filter(([, result]) => result?.verdict === 'pass').length;
  const absent = calm.length - passed;
  return [
    ...(passed > 0 ? [words.clauses.passed(passed)] : []),
    ...(absent > 0 ? [words.clauses.absent(absent)] : []),
  ].join(words.comma);
}

function requirement(record: RunRecord, check: string, result: GatedResult | null, words: Words): Safe {
  if (result === null)
    return html`<span class="quiet"><span class="code">${check}</span> ${words.clauses.notSelected}</span> `;
  return html`<a class="${toneOf(result)}" href="#${anchorOf(record, result)}">${glyph(result.verdict)}<span class="code">${check}</span><span class="vh"> ${words.verdicts[result.verdict].name}</span></a> `;
}
