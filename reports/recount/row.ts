import { type Outcome, obstacleOfTarget, obstaclesOfRun, outcomeOf } from '../model/outcome.ts';
import type { RunRecord } from '../model/record.ts';

/** What every report must say about one result; an obstacle is a row with verdict `error`. */
export interface Row {
  readonly target: string;
  readonly check: string;
  readonly verdict: string;
  readonly outcome: Outcome;
}

/** The rows that the record demands of every report derived from it. */
export function rowsOf(record: RunRecord): Row[] {
  const obstacles = [...record.targets.map(obstacleOfTarget), ...obstaclesOfRun(record)];
  return [
    ...record.targets.flatMap((target) =>
      target.results.map((result) => ({
        target: target.name,
        check: result.check,
        verdict: result.verdict,
        outcome: outcomeOf(result),
      })),
    ),
    ...obstacles.flatMap((obstacle) =>
      obstacle === null
        ? []
        : [
            {
              target: obstacle.about,
              check: obstacle.name,
              verdict: 'error',
              outcome: 'errored',
            } as const,
          ],
    ),
  ];
}

const MOST_SHOWN = 5;

/** Sentences about rows that are missing or that nothing demanded, order aside; empty when there are none. */
export function differences(expected: readonly Row[], found: readonly Row[]): string[] {
  const balance = new Map<string, number>();
  const tally = (row: Row, step: number) => {
    const key = `${row.check} on ${row.target} as ${row.verdict} (${row.outcome})`;
    balance.set(key, (balance.get(key) ?? 0) + step);
  };
  for (const row of expected) tally(row, 1);
  for (const row of found) tally(row, -1);
  const sentences = [...balance]
    .filter(([, count]) => count !== 0)
    .map(([key, count]) =>
      count > 0
        ? `It lacks ${key}.`
        : `It has ${key}, which is not in the record${count < -1 ? ' so often' : ''}.`,
    );
  const more = sentences.length - MOST_SHOWN;
  return more > 0 ? [...sentences.slice(0, MOST_SHOWN), `And ${more} more differences.`] : sentences;
}
