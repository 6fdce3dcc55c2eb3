import type { ClauseRecord, GatedResult, TargetRecord } from './record.ts';

/**
 * What a run says about a clause of the document behind a profile. `undecided`: a requirement has no
 * verdict or was not selected; `not-applicable`: all of its requirements are; `undecidable`: nobody
 * can tell from outside.
 */
export const CLAUSE_STATES = ['met', 'not-met', 'undecided', 'not-applicable', 'undecidable'] as const;

export type ClauseState = (typeof CLAUSE_STATES)[number];

/** The results of a target that decide a clause, in its order; null where there is none. */
export function decidingResults(
  { checks }: Pick<ClauseRecord, 'checks'>,
  { results }: Pick<TargetRecord, 'results'>,
): (readonly [check: string, result: GatedResult | null])[] {
  return checks.map((check) => [check, results.find((one) => one.check === check) ?? null]);
}

/** A deviation from one requirement is enough; a clause is met only where nothing is left open. */
export function clauseState(
  clause: Pick<ClauseRecord, 'checks'>,
  target: Pick<TargetRecord, 'results'>,
): ClauseState {
  if (clause.checks.length === 0) return 'undecidable';
  const verdicts = decidingResults(clause, target).map(([, result]) => result?.verdict ?? 'not-run');
  if (verdicts.some((verdict) => verdict === 'fail' || verdict === 'warn')) return 'not-met';
  if (verdicts.every((verdict) => verdict === 'not-applicable')) return 'not-applicable';
  return verdicts.every((verdict) => verdict === 'pass' || verdict === 'not-applicable')
    ? 'met'
    : 'undecided';
}

/** How many clauses are in each state. */
export function countClauses(
  clauses: readonly ClauseRecord[],
  target: Pick<TargetRecord, 'results'>,
): Record<ClauseState, number> {
  const counts = { met: 0, 'not-met': 0, undecided: 0, 'not-applicable': 0, undecidable: 0 };
  for (const clause of clauses) counts[clauseState(clause, target)] += 1;
  return counts;
}
