import { runObstacle, targetObstacle } from './conclude.ts';
import type { GatedResult, RunRecord, TargetRecord } from './record.ts';

/** The four outcomes that report formats of test tools know. */
export const OUTCOMES = ['passed', 'failed', 'errored', 'skipped'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/**
 * How a test tool is told about a result. A CI system colours the run by these, so they follow the
 * consequence and not the verdict: the colour must agree with the exit code.
 */
export function outcomeOf(result: Pick<GatedResult, 'verdict' | 'consequence'>): Outcome {
  switch (result.consequence) {
    case 'finding':
      return 'failed';
    case 'unsettled':
      return 'errored';
    case 'advice':
    case 'none':
      return result.verdict === 'not-applicable' ? 'skipped' : 'passed';
  }
}

/** An errored case that no check stands for: why a target or the run as a whole came to nothing. */
export interface Obstacle {
  /** Name of the target, or `mailspec` for the run. */
  readonly about: string;
  readonly name: 'target is audited' | 'run is complete' | 'run ends in order';
  readonly why: string;
}

export function obstacleOfTarget(target: TargetRecord): Obstacle | null {
  const why = targetObstacle(target);
  return why === null ? null : { about: target.name, name: 'target is audited', why };
}

export function obstaclesOfRun(record: RunRecord): Obstacle[] {
  const why = runObstacle(record);
  return [
    ...(why === null ? [] : [{ about: 'mailspec', name: 'run is complete', why } as const]),
    ...(record.exitCode < 3
      ? []
      : [{ about: 'mailspec', name: 'run ends in order', why: EXIT[record.exitCode] ?? '' } as const]),
  ];
}

const EXIT: Readonly<Record<number, string>> = {
  3: 'The run ended with exit code 3: usage or configuration is wrong.',
  4: 'The run ended with exit code 4: a baseline expects a deviation that did not occur.',
  5: 'The run ended with exit code 5: mailspec itself failed.',
};
