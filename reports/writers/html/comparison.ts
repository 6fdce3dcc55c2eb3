import {
  CHANGES,
  type Change,
  type ComparedRun,
  type Comparison,
  type Difference,
  differencesOf,
} from '../../model/compare.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { HEADINGS, MEANINGS, ONE_SIDED, TELLING } from '../comparison-words.ts';
import { documentHead } from './document-head.ts';
import { definitions } from './facts.ts';
import { html, type Safe } from './safe.ts';
import { styleSheet } from './stylesheet.ts';
import { glyph, glyphDefinitions } from './tone.ts';
import { WORDS } from './words.ts';

const words = WORDS.en;

/** The colour of a kind of difference, from those of standings. */
const COLOURS: Readonly<Record<Change, string>> = {
  regressed: 'finding',
  'settled-badly': 'finding',
  unsettled: 'unsettled',
  fixed: 'passed',
  settled: 'passed',
  new: 'notApplicable',
  gone: 'notApplicable',
  changed: 'notApplicable',
};

/** A comparison of two runs as one HTML file that needs nothing else, in English. */
export function writeComparisonHtml(comparison: Comparison): string {
  const { before, after, notes, same } = comparison;
  const style = styleSheet();
  const present = CHANGES.filter((change) => differencesOf(comparison, change).length > 0);
  return html`<!doctype html>
<html lang="en">
${documentHead('What changed between two runs (mailspec)', style)}
<body>
<a class="skip" href="#main">${words.skip}</a>
${glyphDefinitions()}
<header class="masthead ${COLOURS[present[0] ?? 'changed']}">
<div class="measure">
<p class="eyebrow"><b>mailspec</b> <span>Comparison of two runs</span></p>
<h1>${headOf(present)}</h1>
<p class="tally">${present.map(
    (change) =>
      html`<span class="${COLOURS[change]}"><b>${differencesOf(comparison, change).length}</b> ${HEADINGS[change].toLowerCase()}</span> `,
  )}<span class="same"><b>${same}</b> the same</span></p>
</div>
</header>
<div class="measure">
<main id="main" class="comparison">
<section id="runs"><h2>The runs</h2>${definitions([
    ['Before', runOf(before), true],
    ['After', runOf(after), true],
  ])}${notes.map((note) => html`<p>${note}</p>`)}</section>
${present.map((change) => section(change, differencesOf(comparison, change)))}
</main>
</div>
<footer class="measure"><p>Verdicts are compared; waivers and what the profile makes of a verdict are not.</p></footer>
</body>
</html>
`.markup;
}

/** The gravest thing that can be said. */
function headOf(present: readonly Change[]): string {
  if (present.includes('regressed')) return 'Something regressed';
  if (present.includes('settled-badly')) return 'Something turned out badly';
  if (present.includes('unsettled')) return 'Something is no longer settled';
  return present.length === 0 ? 'Nothing changed' : 'Nothing regressed';
}

function runOf({ runId, startedAt, profile, conclusion }: ComparedRun): Safe {
  return html`<code>${runId}</code> ${words.moment(startedAt)}, ${profile}: ${words.conclusions[conclusion]}`;
}

function section(change: Change, members: readonly Difference[]): Safe {
  const listed = table(change, members);
  return html`
<section id="${change}"><h2>${HEADINGS[change]} <span class="count">${members.length}</span></h2>
<p class="explain">${MEANINGS[change]}</p>${
    ONE_SIDED.includes(change) ? html`<details><summary>List</summary>${listed}</details>` : listed
  }</section>`;
}

function table(change: Change, members: readonly Difference[]): Safe {
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="${HEADINGS[change]}"><table class="differences"><thead><tr><th scope="col">${words.matrix.check}</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${members.map(
    (one) => html`
<tr class="${COLOURS[change]}"><th scope="row"><span class="code">${one.check}</span> <span class="chip">${one.target}</span> ${one.title}${
      TELLING.includes(change)
        ? html`<small>${one.reason}</small><small><code>${one.rerun}</code></small>`
        : null
    }</th><td class="nowrap">${verdictOf(one.before)}</td><td class="nowrap">${verdictOf(one.after)}</td></tr>`,
  )}</tbody></table></div>`;
}

function verdictOf(verdict: Verdict | null): Safe {
  if (verdict === null) return html`<span class="muted">absent</span>`;
  return html`${glyph(verdict)} ${words.verdicts[verdict].name}`;
}
