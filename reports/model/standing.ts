import type { Outcome } from './outcome.ts';
import type { GatedResult } from './record.ts';

/**
 * What became of a result under the profile, finer than an outcome: every result has one, and every number of a
 * report counts one of these or an outcome, which is a sum of them. `advisory`: a fail that the profile does not
 * count; `advice`: a warning; `open`: no verdict, and none demanded.
 */
export const STANDINGS = [
  'finding',
  'unsettled',
  'waived',
  'advisory',
  'advice',
  'open',
  'passed',
  'notApplicable',
] as const;

export type Standing = (typeof STANDINGS)[number];

export function standingOf({ verdict, consequence }: Pick<GatedResult, 'verdict' | 'consequence'>): Standing {
  if (consequence === 'finding' || consequence === 'unsettled' || consequence === 'waived')
    return consequence;
  switch (verdict) {
    case 'pass':
      return 'passed';
    case 'fail':
      return 'advisory';
    case 'warn':
      return 'advice';
    case 'not-applicable':
      return 'notApplicable';
    case 'inconclusive':
    case 'error':
    case 'not-run':
      return 'open';
  }
}

/** The outcome, as other reports have it, that results of a standing are part of. */
export const OUTCOME_OF: Readonly<Record<Standing, Outcome>> = {
  finding: 'failed',
  unsettled: 'errored',
  waived: 'skipped',
  advisory: 'passed',
  advice: 'passed',
  open: 'skipped',
  passed: 'passed',
  notApplicable: 'skipped',
};

/** How many results have each standing, in the order of the standings; every standing has a number. */
export function countStandings(
  results: readonly Pick<GatedResult, 'verdict' | 'consequence'>[],
): Readonly<Record<Standing, number>> {
  const counts = {
    finding: 0,
    unsettled: 0,
    waived: 0,
    advisory: 0,
    advice: 0,
    open: 0,
    passed: 0,
    notApplicable: 0,
  };
  for (const result of results) counts[standingOf(result)] += 1;
  return counts;
}
