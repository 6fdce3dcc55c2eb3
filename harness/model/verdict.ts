/**
 * Outcomes of a check, weakest first. The order is the fold order: of several variants of one check
 * the last of this list that occurs is the verdict of the check, so that a proven fault is never
 * hidden and silence never looks like success.
 */
export const VERDICTS = [
  'not-applicable',
  'pass',
  'warn',
  'not-run',
  'inconclusive',
  'error',
  'fail',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/**
 * Why a check could not reach pass, warn or fail. `closed`: the server ended the connection before the
 * decisive answer; `malformed`: it answered outside the protocol; `vacuous`: the body verified nothing.
 */
export const CAUSES = [
  'harness',
  'environment',
  'unreachable',
  'crashed',
  'closed',
  'malformed',
  'precondition',
  'timeout',
  'vacuous',
] as const;

export type Cause = (typeof CAUSES)[number];

/** Folds the verdicts of variants into one; the fold of nothing is `not-run`. */
export function foldVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'not-run';
  const rank = Math.max(...verdicts.map((verdict) => VERDICTS.indexOf(verdict)));
  return VERDICTS[rank] ?? 'error';
}
