import type { Language } from '../../model/language.ts';
import { FACTS } from './words/english-facts.ts';
import { RESULTS } from './words/english-results.ts';
import { VOCABULARY } from './words/english-vocabulary.ts';
import { some } from './words/some.ts';

export const ENGLISH = {
  ...VOCABULARY,
  ...RESULTS,
  ...FACTS,
  language: 'en' as Language,
  moment: (iso: string) => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'),
  span: (ms: number) => {
    if (ms < 1000) return `${Math.round(ms)} ms`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
    return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  },
  /** A statement on its own, ended. */
  sentence: (statement: string) => `${statement}.`,
  /** Between two sentences. */
  space: ' ',
  colon: ': ',
  comma: ', ',
  stop: '. ',
  /** Said where the texts of checks stay in another language than the page. */
  untranslated: '',
  report: 'Mail server audit',
  skip: 'Skip to the report',
  /** What stands before, between and after the number of a page and that of all pages. */
  pageOf: ['Page ', ' of ', ''] as readonly [string, string, string],
  contents: 'Contents',
  sections: {
    run: 'The run',
    timeline: 'Where the time went',
    controls: 'Controls',
    targets: 'The targets',
    causes: 'What it comes from',
    scope: 'What was not asked',
    search: 'Search',
    overview: 'Overview',
    clauses: 'Clause by clause',
    matrix: 'Every check',
    finding: 'Findings',
    unsettled: 'Unsettled',
    waived: 'Waived',
    advisory: 'Failed, and not required',
    advice: 'Advice',
    open: 'Open, and not required',
    passed: 'Passed',
    notApplicable: 'Not applicable',
    notSelected: 'Not selected',
    legend: 'Legend',
  },
  explain: {
    causes:
      'Findings that one mistake explains, and what is open for one reason. A cause is a likeness: the server behaves like one that makes this mistake. Whatever is not named here stands on its own below.',
    scope: 'The conclusion says nothing about these checks. What was asked and stayed open is told below.',
    finding: 'Violations that the profile counts. Each one alone makes its target non-conformant.',
    unsettled:
      'No verdict where one is required. Until these are settled, nobody can say that the target is safe.',
    waived:
      'Expected deviations: somebody decided to live with them for some time. They do not fail the run; verdict and conclusion stay what they are.',
    clauses:
      'A clause is met where every requirement that decides it passes or does not apply, and at least one passes.',
    timeline:
      'When each check ran. It is queued while others hold what it needs, it works while it talks to the server, and it waits on purpose for mail to arrive or time to pass. Several run at the same time.',
    controls:
      'What must be known before checks can tell anything. Each ran once, for all the checks that build on it.',
    advisory: 'Violations that the profile does not count; the conclusion is the same without them.',
    advice: 'Deviations from what is recommended; they do not change the conclusion.',
    open: 'No verdict, where the profile does not require one.',
    passed: 'What was observed to be as demanded.',
    notApplicable: 'What does not concern the target, each with the absence that was observed.',
    notSelected:
      'Left out by the profile or by whoever started the run. The conclusion says nothing about them.',
    legend: 'The shape of a mark is the verdict, its colour what follows from it under the profile.',
  },
  runWhy: {
    conformant: (targets: number) =>
      targets === 1
        ? 'The target meets every requirement of the profile that could be judged.'
        : `All ${targets} targets meet every requirement of the profile that could be judged.`,
    'non-conformant': (broken: number, targets: number) =>
      targets === 1
        ? 'The target breaks requirements of the profile.'
        : `${broken} of ${targets} targets ${broken === 1 ? 'breaks' : 'break'} requirements of the profile.`,
    undetermined: (open: number, targets: number) =>
      targets === 1
        ? 'It could not be settled whether the target meets the profile.'
        : `For ${open} of ${targets} targets it could not be settled whether they meet the profile.`,
  } as const,
  targetWhy: {
    passed: (count: number) => `${some(count, 'requirement is', 'requirements are')} met.`,
    findings: (count: number, critical: number) =>
      `${some(count, 'requirement is', 'requirements are')} violated${
        critical === 0 ? '' : count === 1 ? ', a critical one' : `, ${critical} of them critical`
      }${count === 1 ? '' : ', the gravest'}: `,
    unsettled: (count: number) =>
      `${some(count, 'required check', 'required checks')} came to no verdict${count === 1 ? '' : ', the first'}: `,
    waived: (count: number) => `${some(count, 'deviation is', 'deviations are')} waived.`,
    failure: 'It could not be audited: ',
  },
  notSelectedNote: (count: number) => `${some(count, 'check was', 'checks were')} not selected.`,
  overview: { bySuite: 'By suite', bySeverity: 'By severity', suite: 'Suite', severity: 'Severity' },
  matrix: {
    show: 'Show',
    all: 'all',
    check: 'Check',
    notSelected: 'not selected',
  },
  footer: (version: string) =>
    `Written by mailspec ${version} from results.json, which holds everything that is shown here.`,
};
