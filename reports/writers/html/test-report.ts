import { readFileSync } from 'node:fs';
import { partialLine } from '../../model/partial.ts';
import { printable } from '../../model/printable.ts';
import type { RunRecord } from '../../model/record.ts';
import { CASE_STATES, type SpecificationState, specificationState } from '../../model/test-case-state.ts';
import { specificationsOf, untestable, worstOf } from '../../model/test-report.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { CASE_MEANINGS, CASE_WORDS, NOTICES, SPECIFICATION_WORDS } from '../test-report-words.ts';
import { documentHead } from './document-head.ts';
import { definitions } from './facts.ts';
import { html, type Safe } from './safe.ts';
import { styleSheet } from './stylesheet.ts';
import { testedTarget } from './tested-target.ts';
import { glyph, glyphDefinitions } from './tone.ts';
import { WORDS } from './words.ts';

const words = WORDS.en;
const CSS = readFileSync(new URL('styles/test-report.css', import.meta.url), 'utf8');

const SHAPE: Readonly<Record<SpecificationState, Verdict>> = {
  passed: 'pass',
  'passed-in-part': 'pass',
  failed: 'fail',
  open: 'inconclusive',
};

/** The colour of a specification, from those of standings. */
const COLOUR: Readonly<Record<SpecificationState, string>> = {
  passed: 'passed',
  'passed-in-part': 'passed',
  failed: 'finding',
  open: 'unsettled',
};

/**
 * The report of the test specifications that the profile of a run follows, as one HTML file that needs nothing else, in
 * English: object under test, statement of the vendor, modules, cases, and the checks with their evidence.
 */
export function writeTestReportHtml(record: RunRecord): string {
  const specifications = specificationsOf(record);
  const names = specifications.map(({ id, version }) => `${id} ${version}`).join(', ');
  const worst = worstOf(record);
  return html`<!doctype html>
<html lang="en">
${documentHead(`${SPECIFICATION_WORDS[worst]}: ${names} (mailspec)`, styleSheet(CSS))}
<body>
<a class="skip" href="#main">${words.skip}</a>
${glyphDefinitions()}
<header class="masthead ${COLOUR[worst]}">
<div class="measure">
<p class="eyebrow"><b>mailspec</b> <span>Test report by ${names}</span> <time datetime="${record.startedAt}">${words.moment(record.startedAt)}</time></p>
<h1>${glyph(SHAPE[worst])} <span>${headline(SPECIFICATION_WORDS[worst])}</span></h1>
<ul class="notices">${NOTICES.map((notice) => html`<li>${notice}</li>`)}${brokenOff(record)}</ul>
<ul class="verdicts">${record.targets.map((target) =>
    specifications.map((specification) => {
      const state = specificationState(specification, target);
      return html`
<li class="${COLOUR[state]}"><h2>${glyph(SHAPE[state])} <span>${target.name}</span></h2><p><b>${specification.id} ${specification.version}</b> ${SPECIFICATION_WORDS[state]}</p></li>`;
    }),
  )}</ul>
</div>
</header>
<div class="measure">
<main id="main" class="test-report">
${record.targets.map((target) => testedTarget(record, target))}
${notFromOutside(record)}
${run(record)}
<section id="states"><h2>What the results of cases mean</h2>${definitions(
    CASE_STATES.map((state) => [CASE_WORDS[state], CASE_MEANINGS[state]]),
  )}</section>
</main>
</div>
<footer class="measure"><p>${words.footer(record.tool.version)}</p></footer>
</body>
</html>
`.markup;
}

function headline(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** What keeps the run from being a whole one. */
function brokenOff({ interrupted, rerunOf }: RunRecord): readonly Safe[] {
  return [
    ...(interrupted === null ? [] : [html`<li>The run was ended before its time: ${interrupted}</li>`]),
    ...(rerunOf ? [html`<li>The run is partial: ${partialLine(rerunOf)}</li>`] : []),
  ];
}

function notFromOutside(record: RunRecord): Safe {
  return html`<section id="not-testable"><h2>What cannot be tested from outside</h2>
<p class="explain">These cases, and whatever the guidelines ask of documents, people and organisation, are for an auditor.</p>
${definitions(untestable(specificationsOf(record)).map(({ name, why }) => [name, why]))}</section>`;
}

function run({ runId, startedAt, finishedAt, tool, environment, profile, selection }: RunRecord): Safe {
  const listed = (codes: readonly string[]) => (codes.length === 0 ? null : codes.join(', '));
  return html`<section id="run"><h2>The run</h2>${definitions([
    ['Run', html`<code>${runId}</code>`],
    ['Began', words.moment(startedAt)],
    ['Ended', words.moment(finishedAt)],
    ['Tool', `mailspec ${tool.version}${tool.commit === null ? '' : ` (${tool.commit})`}`],
    ['Machine', printable(`${environment.os}, ${environment.arch}`)],
    ['Profile', `${profile.id}@${profile.version}`],
    ['Only', listed(selection.only)],
    ['Without', listed(selection.skip)],
  ])}</section>`;
}
