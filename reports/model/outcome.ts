import type { Verdict } from '../../harness/model/verdict.ts';
import { runObstacle, staleExpectations, targetObstacle } from './conclude.ts';
import type { GatedResult, RunRecord, TargetRecord } from './record.ts';

/** The four outcomes that report formats of test tools know. */
export const OUTCOMES = ['passed', 'failed', 'errored', 'skipped'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/**
 * How a test tool is told about a result. A CI system colours the run by these, so they follow the
 * consequence and not the verdict: the colour must agree with the exit code. What is waived is skipped,
 * the one outcome that is neither red nor silent: every tool shows the message of a skipped test. So is what decided
 * nothing and is not demanded: nobody may take it for something that was looked at and found good.
 */
export function outcomeOf(result: Pick<GatedResult, 'verdict' | 'consequence'>): Outcome {
  switch (result.consequence) {
    case 'finding':
      return 'failed';
    case 'unsettled':
      return 'errored';
    case 'waived':
      return 'skipped';
    case 'advice':
    case 'none':
      return DECIDED_NOTHING.includes(result.verdict) ? 'skipped' : 'passed';
  }
}

const DECIDED_NOTHING: readonly Verdict[] = ['not-applicable', 'inconclusive', 'error'];

/** An errored case that no check stands for: why a target or the run as a whole came to nothing. */
export interface Obstacle {
  /** Name of the target, or `mailspec` for the run. */
  readonly about: string;
  readonly name: 'target is audited' | 'run is complete' | 'expected deviations occur' | 'run ends in order';
  readonly why: string;
}

export function obstacleOfTarget(target: TargetRecord): Obstacle | null {
  const why = targetObstacle(target);
  return why === null ? null : { about: target.name, name: 'target is audited', why };
}

export function obstaclesOfRun(record: RunRecord): Obstacle[] {
  const why = runObstacle(record);
  const stale = staleExpectations(record);
  const exit = EXIT[record.exitCode];
  return [
    ...(why === null ? [] : [{ about: 'mailspec', name: 'run is complete', why } as const]),
    ...(stale === null
      ? []
      : [{ about: 'mailspec', name: 'expected deviations occur', why: stale } as const]),
    ...(exit === undefined ? [] : [{ about: 'mailspec', name: 'run ends in order', why: exit } as const]),
  ];
}

/** The waiver of a result in one line; null where there is none. */
export function waiverLine({ waiver }: Pick<GatedResult, 'waiver'>): string | null {
  if (waiver === null) return null;
  return `waived until ${waiver.expires} by ${waiver.authority}: ${waiver.reason} (${waiver.place})`;
}

const EXIT: Readonly<Record<number, string>> = {
  3: 'The run ended with exit code 3: usage or configuration is wrong.',
  5: 'The run ended with exit code 5: mailspec itself failed.',
};
