import { clauseState, decidingResults } from './clause-state.ts';
import type { ModuleRecord, SpecificationRecord, TargetRecord, TestCaseRecord } from './record.ts';
import { statementDifferences } from './statement-differences.ts';

/** Whether the vendor claims what a module is about; `unstated`: there is no answer, or no statement at all. */
export type Claimed = 'yes' | 'no' | 'unstated';

/**
 * What a run says about a test case. `not-tested`: a check that decides it was not asked or came to nothing;
 * `inconclusive`: one was asked and stayed open; `not-applicable`: its checks found nothing to test; `not-claimed`: by
 * the statement of the vendor there is nothing to test; `not-testable`: nobody can tell from outside.
 */
export const CASE_STATES = [
  'passed',
  'failed',
  'inconclusive',
  'not-tested',
  'not-applicable',
  'not-claimed',
  'not-testable',
] as const;

export type CaseState = (typeof CASE_STATES)[number];

/**
 * What a run says about a module. `passed-in-part`: what can be tested from outside passed, and the rest is for an
 * auditor; `missing`: the guideline demands what the vendor does not claim; `open`: something is not decided, or the
 * run found nothing to test where something must be.
 */
export const MODULE_STATES = [
  'passed',
  'passed-in-part',
  'failed',
  'missing',
  'open',
  'not-applicable',
  'not-claimed',
  'not-testable',
] as const;

export type ModuleState = (typeof MODULE_STATES)[number];

/** What a run says about a whole test specification; `passed-in-part` as of a module. */
export type SpecificationState = 'passed' | 'passed-in-part' | 'failed' | 'open';

type Tested = Pick<TargetRecord, 'results' | 'conformanceStatement'>;

/** What the statement of a target says of the feature of a module. */
export function claimOf(
  { feature }: Pick<ModuleRecord, 'feature'>,
  { conformanceStatement }: Pick<TargetRecord, 'conformanceStatement'>,
): Claimed {
  const features: Readonly<Record<string, boolean | undefined>> = conformanceStatement?.features ?? {};
  const claimed = features[feature];
  if (claimed === undefined) return 'unstated';
  return claimed ? 'yes' : 'no';
}

/** Passed only where every check that decides the case ended, one passed, and none deviated. */
export function caseState(
  testCase: Pick<TestCaseRecord, 'checks'>,
  module: Pick<ModuleRecord, 'feature'>,
  target: Tested,
): CaseState {
  if (claimOf(module, target) === 'no') return 'not-claimed';
  switch (clauseState(testCase, target)) {
    case 'met':
      return 'passed';
    case 'not-met':
      return 'failed';
    case 'not-applicable':
      return 'not-applicable';
    case 'undecidable':
      return 'not-testable';
    case 'undecided':
      return decidingResults(testCase, target).some(
        ([, result]) => result === null || result.verdict === 'not-run',
      )
        ? 'not-tested'
        : 'inconclusive';
  }
}

/** One case that failed is enough; one that is open keeps the module from passing. */
export function moduleState(module: ModuleRecord, target: Tested): ModuleState {
  const isDemanded = module.level === 'MUST' && module.condition === null;
  const claimed = claimOf(module, target);
  if (claimed === 'no') return isDemanded ? 'missing' : 'not-claimed';
  const states = module.cases.map((testCase) => caseState(testCase, module, target));
  const has = (...wanted: readonly CaseState[]) => states.some((state) => wanted.includes(state));
  if (has('failed')) return 'failed';
  if (has('inconclusive', 'not-tested')) return 'open';
  if (has('passed')) return has('not-testable') ? 'passed-in-part' : 'passed';
  if (has('not-applicable')) return isDemanded || claimed === 'yes' ? 'open' : 'not-applicable';
  return 'not-testable';
}

/**
 * Whether the target conforms to a specification as far as this run can tell. Without a statement for every module, or
 * where the run saw what the statement does not have, that stays open.
 */
export function specificationState(
  { modules }: SpecificationRecord,
  target: Tested & Pick<TargetRecord, 'controls'>,
): SpecificationState {
  const states = modules.map((module) => moduleState(module, target));
  const has = (...wanted: readonly ModuleState[]) => states.some((state) => wanted.includes(state));
  if (has('failed', 'missing')) return 'failed';
  const isStated = modules.every((module) => claimOf(module, target) !== 'unstated');
  const differs = statementDifferences(target).length > 0;
  if (!isStated || differs || has('open') || !has('passed', 'passed-in-part')) return 'open';
  return has('not-testable', 'passed-in-part') ? 'passed-in-part' : 'passed';
}

/** How many cases of some modules are in each state. */
export function countCases(
  modules: readonly ModuleRecord[],
  target: Tested,
): Readonly<Record<CaseState, number>> {
  const counts = {
    passed: 0,
    failed: 0,
    inconclusive: 0,
    'not-tested': 0,
    'not-applicable': 0,
    'not-claimed': 0,
    'not-testable': 0,
  };
  for (const module of modules)
    for (const testCase of module.cases) counts[caseState(testCase, module, target)] += 1;
  return counts;
}
