import { decidingResults } from '../../model/clause-state.ts';
import { outcomeOf } from '../../model/outcome.ts';
import type {
  GatedResult,
  ModuleRecord,
  RunRecord,
  SpecificationRecord,
  TargetRecord,
} from '../../model/record.ts';
import { standingOf } from '../../model/standing.ts';
import { statementDifferences } from '../../model/statement-differences.ts';
import {
  CASE_STATES,
  type CaseState,
  caseState,
  claimOf,
  countCases,
  type ModuleState,
  moduleState,
} from '../../model/test-case-state.ts';
import { decidingOf, specificationsOf, statedFeatures } from '../../model/test-report.ts';
import type { Verdict } from '../../model/vocabulary.ts';
import { CASE_WORDS, CLAIMED_WORDS, MODULE_WORDS, NO_STATEMENT } from '../test-report-words.ts';
import { definitions, type Fact } from './facts.ts';
import { html, type Safe } from './safe.ts';
import { glyph } from './tone.ts';
import { WORDS } from './words.ts';

const CASE_SHAPE: Readonly<Record<CaseState, Verdict>> = {
  passed: 'pass',
  failed: 'fail',
  inconclusive: 'inconclusive',
  'not-tested': 'not-run',
  'not-applicable': 'not-applicable',
  'not-claimed': 'not-applicable',
  'not-testable': 'not-run',
};

/** The colours of cases and modules, from those of standings. */
const COLOUR: Readonly<Record<CaseState | ModuleState, string>> = {
  passed: 'passed',
  'passed-in-part': 'passed',
  failed: 'finding',
  missing: 'finding',
  inconclusive: 'unsettled',
  open: 'unsettled',
  'not-tested': 'open',
  'not-applicable': 'notApplicable',
  'not-claimed': 'notApplicable',
  'not-testable': 'notApplicable',
};

/** Everything that the report of a test specification says of one target. */
export function testedTarget(record: RunRecord, target: TargetRecord): Safe {
  const specifications = specificationsOf(record);
  return html`<section><h2>${target.name}: object under test</h2>
${target.failure === null ? null : html`<p class="obstacle">The target could not be audited: ${target.failure}</p>`}
${objectUnderTest(target)}
</section>
${statement(specifications, target)}
${specifications.map((specification) => cases(specification, target))}
${checks(specifications, target)}`;
}

function objectUnderTest(target: TargetRecord): Safe {
  const { conformanceStatement: stated, declaredAt } = target;
  return definitions([
    ['Vendor', stated?.vendor ?? 'not stated'],
    ['Product', stated?.product ?? 'not stated'],
    ['Version', stated?.version ?? 'not stated'],
    ['Contact', stated?.contact ?? null],
    ['Mail domain', target.domain],
    ['Host name', target.hostname],
    ['How it was reached', target.driver],
    ['Declared at', `${declaredAt.file}:${declaredAt.line}`],
    ...target.endpoints.map(({ role, address }): Fact => [role, html`<code>${address}</code>`]),
    ...Object.entries(target.artefact).map(
      ([key, value]): Fact => [key, html`<code>${value}</code>`, value.length > 28],
    ),
  ]);
}

/** The implementation conformance statement, and what the run saw beside it. */
function statement(specifications: readonly SpecificationRecord[], target: TargetRecord): Safe {
  const { conformanceStatement: stated } = target;
  const differences = statementDifferences(target);
  return html`<section><h2>${target.name}: implementation conformance statement</h2>
${stated ? null : html`<p class="explain">${NO_STATEMENT}</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Statement of ${target.name}"><table><thead><tr><th scope="col">Feature</th><th scope="col">Modules</th><th scope="col">Demanded</th><th scope="col">Claimed</th></tr></thead><tbody>${statedFeatures(
    specifications,
  ).map(
    ({ feature, modules }) => html`
<tr><th scope="row"><code>${feature}</code></th><td>${modules.map(
      ({ specification, module }, index) =>
        html`${index === 0 ? '' : html`<br>`}${specification} ${module.id}, ${module.title}`,
    )}</td><td>${[...new Set(modules.map(({ module }) => demandedBy(module)))].join('; ')}</td><td>${CLAIMED_WORDS[claimOf({ feature }, target)]}</td></tr>`,
  )}</tbody></table></div>
${definitions([
  ['Versions of TLS', stated?.tlsVersions?.join(', ') ?? 'not stated'],
  ['Cipher suites', stated?.cipherSuites?.join(', ') ?? 'not stated', true],
])}
${
  differences.length === 0
    ? null
    : html`<h3>What the run saw and the statement does not have</h3><ul class="differing">${differences.map(
        (difference) => html`<li>${difference}</li>`,
      )}</ul>`
}</section>`;
}

function demandedBy({ level, condition }: ModuleRecord): string {
  return condition === null ? level : `${level}, ${condition}`;
}

function cases(specification: SpecificationRecord, target: TargetRecord): Safe {
  const { id, version, modules } = specification;
  const counts = countCases(modules, target);
  return html`<section><h2>${target.name}: ${id} ${version}</h2>
<p class="tally">${CASE_STATES.filter((state) => counts[state] > 0).map(
    (state) =>
      html`<span class="${COLOUR[state]}"><b><data value="${counts[state]}" data-cases="${state}" data-of="${target.name}" data-by="${id}">${counts[state]}</data></b> ${CASE_WORDS[state]}</span> `,
  )}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Cases of ${id} on ${target.name}"><table class="cases"><thead><tr><th scope="col">Case</th><th scope="col">Applies by the statement</th><th scope="col">Decided by</th><th scope="col">Result</th></tr></thead>${modules.map(
    (module) => moduleRows(specification, module, target),
  )}</table></div></section>`;
}

function moduleRows({ id }: SpecificationRecord, module: ModuleRecord, target: TargetRecord): Safe {
  const state = moduleState(module, target);
  const claimed = claimOf(module, target);
  return html`
<tbody><tr class="module ${COLOUR[state]}"><th scope="rowgroup" colspan="3">${module.id} ${module.title} <small>${module.feature}, ${demandedBy(module)}, claimed: ${CLAIMED_WORDS[claimed]}</small></th><td class="state long">${MODULE_WORDS[state]}</td></tr>${module.cases.map(
    (testCase) => {
      const own = caseState(testCase, module, target);
      return html`
<tr class="${COLOUR[own]}" data-case="${testCase.id}" data-of="${target.name}" data-by="${id}" data-claimed="${claimed}" data-state="${own}"><th scope="row">${testCase.id}</th><td>${CLAIMED_WORDS[claimed]}</td><td class="requirements">${testCase.whyNot}${decidingResults(
        testCase,
        target,
      ).map(([check, result]) => verdictOf(check, result))}${
        testCase.repeats === null
          ? null
          : html`<small>the case ${testCase.repeats} for this component</small>`
      }</td><td class="state">${glyph(CASE_SHAPE[own])} ${CASE_WORDS[own]}</td></tr>`;
    },
  )}</tbody>`;
}

function verdictOf(check: string, result: GatedResult | null): Safe {
  if (result === null) return html`<span class="open">${glyph('not-run')} ${check} not asked</span>`;
  return html`<span class="${standingOf(result)}">${glyph(result.verdict)} ${check} ${WORDS.en.verdicts[result.verdict].name}</span>`;
}

/** The checks that decide cases, each with its reason and where its evidence lies. */
function checks(specifications: readonly SpecificationRecord[], target: TargetRecord): Safe {
  return html`<section><h2>${target.name}: checks and their evidence</h2>
<p class="explain">Evidence is named by its SHA-256 and lies beside the record of the run.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Checks on ${target.name}"><table><thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col">Evidence</th></tr></thead><tbody>${decidingOf(
    specifications,
    target,
  ).map(
    (result) => html`
<tr class="${standingOf(result)}" data-target="${target.name}" data-check="${result.check}" data-verdict="${result.verdict}" data-outcome="${outcomeOf(result)}"><th scope="row">${result.check} <small>${result.title}</small></th><td><span class="state">${glyph(result.verdict)} ${WORDS.en.verdicts[result.verdict].name}</span><small>${result.reason}</small></td><td>${
      result.evidence === null ? 'none' : html`<code>evidence/${result.evidence.file}</code>`
    }</td></tr>`,
  )}</tbody></table></div></section>`;
}
