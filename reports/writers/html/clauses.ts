import { type ClauseState, clauseState, countClauses, decidingResults } from '../../model/clause-state.ts';
import type { ClauseRecord, GatedResult, RunRecord, TargetRecord } from '../../model/record.ts';
import { standingOf } from '../../model/standing.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { anchorOf } from './anchor.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
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
${record.targets.length > MOST_BESIDE ? stacked(record, words) : sideBySide(record, words)}
</section>`;
}

/** With more targets than this, a clause stands above its states, for beside them it would have no room. */
const MOST_BESIDE = 2;

function sideBySide(record: RunRecord, words: Words): Safe {
  const { targets, profile } = record;
  return html`<table class="clauses"><thead><tr><th scope="col">${words.clauses.clause}</th>${targets.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${profile.clauses.map(
    (clause) => html`
<tr><th scope="row">${headOf(clause, words)}</th>${targets.map((target) => stateOf(record, clause, target, words))}</tr>`,
  )}</tbody></table>`;
}

function stacked(record: RunRecord, words: Words): Safe {
  const { targets, profile } = record;
  return html`<div class="scroll"><table class="clauses stacked"><thead><tr>${targets.map(
    ({ name }) => html`<th scope="col">${name}</th>`,
  )}</tr></thead>${profile.clauses.map(
    (clause) => html`
<tbody><tr><th scope="rowgroup" colspan="${targets.length}">${headOf(clause, words)}</th></tr><tr>${targets.map(
      (target) => stateOf(record, clause, target, words),
    )}</tr></tbody>`,
  )}</table></div>`;
}

function headOf({ id, title, level, whyNot }: ClauseRecord, words: Words): Safe {
  return html`<span class="code">${id}</span>${level === null ? null : html` <span class="severity">${level}</span>`}${
    title === null ? null : html`<span class="title"${inEnglish(words)}>${title}</span>`
  }${whyNot === null ? null : html`<small${inEnglish(words)}>${whyNot}</small>`}`;
}

/** The state, what stands in the way by name, and the rest by number. */
function stateOf(record: RunRecord, clause: ClauseRecord, target: TargetRecord, words: Words): Safe {
  const state = clauseState(clause, target);
  const deciding = decidingResults(clause, target);
  const calm = deciding.filter(([, result]) => isCalm(result));
  const loud = deciding.filter(([, result]) => !isCalm(result));
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

/** Whether it is enough to count a requirement that ended like this. */
function isCalm(result: GatedResult | null): boolean {
  return result === null || result.verdict === 'pass' || result.verdict === 'not-applicable';
}

function tally(calm: readonly (readonly [string, GatedResult | null])[], words: Words): string {
  const having = (verdict: Verdict | undefined) =>
    calm.filter(([, result]) => result?.verdict === verdict).length;
  const [passed, absent, left] = [having('pass'), having('not-applicable'), having(undefined)];
  return [
    ...(passed > 0 ? [words.clauses.passed(passed)] : []),
    ...(absent > 0 ? [words.clauses.absent(absent)] : []),
    ...(left > 0 ? [words.clauses.left(left)] : []),
  ].join(words.comma);
}

function requirement(record: RunRecord, check: string, result: GatedResult | null, words: Words): Safe {
  if (result === null)
    return html`<span class="quiet"><span class="code">${check}</span> ${words.clauses.notSelected}</span> `;
  return html`<a class="${standingOf(result)}" href="#${anchorOf(record, result)}">${glyph(result.verdict)}<span class="code">${check}</span><span class="vh"> ${words.verdicts[result.verdict].name}</span></a> `;
}
