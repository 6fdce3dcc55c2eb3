import { decidingResults } from '../model/clause-state.ts';
import { outcomeOf } from '../model/outcome.ts';
import { partialLine } from '../model/partial.ts';
import type { ModuleRecord, RunRecord, SpecificationRecord, TargetRecord } from '../model/record.ts';
import { statementDifferences } from '../model/statement-differences.ts';
import {
  CASE_STATES,
  caseState,
  claimOf,
  countCases,
  moduleState,
  specificationState,
} from '../model/test-case-state.ts';
import { decidingOf, specificationsOf, statedFeatures, untestable } from '../model/test-report.ts';
import { codeSpan, escapedMarkdown } from './markdown-text.ts';
import {
  CASE_MEANINGS,
  CASE_WORDS,
  CLAIMED_WORDS,
  MODULE_WORDS,
  NO_STATEMENT,
  NOTICES,
  SPECIFICATION_WORDS,
} from './test-report-words.ts';

/**
 * The report of the test specifications that the profile of a run follows, in Markdown: lists alone, because a cell of a
 * table ends at any `|`. What is not our own wording stands in code spans.
 */
export function writeTestReportMarkdown(record: RunRecord): string {
  const specifications = specificationsOf(record);
  const { tool, profile } = record;
  return [
    `# Test report by ${specifications.map(({ id, version }) => escapedMarkdown(`${id} ${version}`)).join(', ')}`,
    '',
    ...NOTICES.flatMap((notice) => [notice, '']),
    `Run ${codeSpan(record.runId)}, ${codeSpan(record.startedAt)}, mailspec ${codeSpan(tool.version)} (${codeSpan(tool.commit ?? 'no commit')}), profile ${codeSpan(`${profile.id}@${profile.version}`)}.`,
    '',
    ...(record.interrupted === null
      ? []
      : [`The run was ended before its time: ${codeSpan(record.interrupted)}`, '']),
    ...(record.rerunOf ? [`The run is partial: ${codeSpan(partialLine(record.rerunOf))}`, ''] : []),
    ...record.targets.flatMap((target) => targetLines(specifications, target)),
    '## What cannot be tested from outside',
    '',
    ...untestable(specifications).map(
      ({ name, why }) => `- ${escapedMarkdown(name)}: ${escapedMarkdown(why)}`,
    ),
    '',
    '## What the results of cases mean',
    '',
    ...CASE_STATES.map((state) => `- ${CASE_WORDS[state]}: ${CASE_MEANINGS[state]}`),
    '',
  ].join('\n');
}

function targetLines(specifications: readonly SpecificationRecord[], target: TargetRecord): string[] {
  const { conformanceStatement: stated } = target;
  const said = (text: string | undefined) => (text === undefined ? 'not stated' : codeSpan(text));
  const differences = statementDifferences(target);
  return [
    `## Object under test: ${codeSpan(target.name)}`,
    '',
    ...(target.failure === null ? [] : [`The target could not be audited: ${codeSpan(target.failure)}`, '']),
    `- vendor: ${said(stated?.vendor)}`,
    `- product: ${said(stated?.product)}`,
    `- version: ${said(stated?.version)}`,
    ...(stated?.contact === undefined ? [] : [`- contact: ${codeSpan(stated.contact)}`]),
    `- mail domain: ${codeSpan(target.domain)}`,
    `- host name: ${codeSpan(target.hostname)}`,
    ...target.endpoints.map(({ role, address }) => `- ${role}: ${codeSpan(address)}`),
    ...Object.entries(target.artefact).map(([key, value]) => `- ${codeSpan(key)}: ${codeSpan(value)}`),
    '',
    `### Implementation conformance statement of ${codeSpan(target.name)}`,
    '',
    ...(stated ? [] : [NO_STATEMENT, '']),
    ...statedFeatures(specifications).map(
      ({ feature, modules }) =>
        `- ${escapedMarkdown(feature)} (${modules.map(({ specification, module }) => escapedMarkdown(`${specification} ${module.id}`)).join(', ')}): ${CLAIMED_WORDS[claimOf({ feature }, target)]}`,
    ),
    `- versions of TLS: ${said(stated?.tlsVersions?.join(', '))}`,
    `- cipher suites: ${said(stated?.cipherSuites?.join(', '))}`,
    '',
    ...(differences.length === 0
      ? []
      : [
          'What the run saw and the statement does not have:',
          '',
          ...differences.map((difference) => `- ${codeSpan(difference)}`),
          '',
        ]),
    ...specifications.flatMap((specification) => specificationLines(specification, target)),
    `### Checks on ${codeSpan(target.name)}`,
    '',
    ...decidingOf(specifications, target).flatMap((result) => [
      `- **${result.check}** (${result.verdict}, ${outcomeOf(result)}) ${escapedMarkdown(result.title)}`,
      `  - ${codeSpan(result.reason)}`,
      `  - evidence: ${result.evidence === null ? 'none' : codeSpan(`evidence/${result.evidence.file}`)}`,
    ]),
    '',
  ];
}

function specificationLines(specification: SpecificationRecord, target: TargetRecord): string[] {
  const { id, version, modules } = specification;
  const counts = countCases(modules, target);
  return [
    `### ${codeSpan(id)} ${codeSpan(version)} on ${codeSpan(target.name)}: ${SPECIFICATION_WORDS[specificationState(specification, target)]}`,
    '',
    `Cases: ${CASE_STATES.map((state) => `${counts[state]} ${CASE_WORDS[state]}`).join(', ')}.`,
    '',
    ...modules.flatMap((module) => moduleLines(module, target)),
  ];
}

function moduleLines(module: ModuleRecord, target: TargetRecord): string[] {
  const claimed = CLAIMED_WORDS[claimOf(module, target)];
  const demanded = module.condition === null ? module.level : `${module.level}, ${module.condition}`;
  return [
    `#### ${codeSpan(`${module.id} ${module.title} (${demanded})`)}, claimed: ${claimed}: ${MODULE_WORDS[moduleState(module, target)]}`,
    '',
    ...module.cases.map((testCase) => {
      const verdicts = decidingResults(testCase, target).map(
        ([check, result]) => `${escapedMarkdown(check)} ${result?.verdict ?? 'not asked'}`,
      );
      const decided = testCase.whyNot === null ? verdicts.join(', ') : escapedMarkdown(testCase.whyNot);
      return `- ${codeSpan(testCase.id)} ${CASE_WORDS[caseState(testCase, module, target)]}: ${decided}`;
    }),
    '',
  ];
}
