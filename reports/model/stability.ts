import { compareRuns } from './compare.ts';
import type { RunRecord } from './record.ts';
import type { Verdict } from './vocabulary.ts';

/** A check whose verdict on a target was not the same in every run. */
export interface Wavering {
  readonly target: string;
  readonly check: string;
  readonly title: string;
  /** How often each verdict came, the most frequent first. */
  readonly times: readonly { readonly verdict: Verdict; readonly runs: number }[];
  /** The verdict of each run, in their order; null where a run did not have the check. */
  readonly verdicts: readonly (Verdict | null)[];
}

/** What several runs of the same audit say about how much their verdicts can be relied on: `stability.json`. */
export interface Stability {
  readonly schema: 'mailspec-stability/1';
  /** The runs in their order, each with the folder of its reports. */
  readonly runs: readonly (Pick<RunRecord, 'runId' | 'conclusion' | 'exitCode' | 'interrupted' | 'order'> & {
    readonly folder: string;
  })[];
  /** How many checks there were on all targets. */
  readonly checks: number;
  readonly wavering: readonly Wavering[];
  /** That of the worst run; 2 where something wavered, or somebody stopped it, and no run failed. */
  readonly exitCode: number;
}

/** From good to bad: conformant, stale expectations, undetermined, non-conformant. */
const SEVERITY_OF_EXIT = [0, 4, 2, 1] as const;

/**
 * Compares the verdicts of runs that asked the same.
 * @param runs records with the folders of their reports
 * @param isStopped somebody ended it before the last run did
 */
export function stabilityOf(
  runs: readonly { readonly folder: string; readonly record: RunRecord }[],
  isStopped = false,
): Stability {
  const [first, ...others] = runs.map(({ record }) => record);
  const moved = new Map(
    others
      .flatMap((other) => (first ? compareRuns(first, other).differences : []))
      .map((one) => [JSON.stringify([one.target, one.check]), one]),
  );
  const wavering = [...moved.values()]
    .map(({ target, check, title }): Wavering => {
      const verdicts = runs.map(({ record }) => verdictIn(record, target, check));
      return { target, check, title, times: timesOf(verdicts), verdicts };
    })
    .sort((a, b) => a.target.localeCompare(b.target) || a.check.localeCompare(b.check));
  const worst = SEVERITY_OF_EXIT.findLast((code) => runs.some(({ record }) => record.exitCode === code)) ?? 0;
  return {
    schema: 'mailspec-stability/1',
    runs: runs.map(({ folder, record: { runId, conclusion, exitCode, interrupted, order } }) => ({
      folder,
      runId,
      conclusion,
      exitCode,
      interrupted,
      ...(order ? { order } : {}),
    })),
    checks: first?.targets.reduce((sum, { results }) => sum + results.length, 0) ?? 0,
    wavering,
    exitCode: (wavering.length > 0 || isStopped) && worst !== 1 ? 2 : worst,
  };
}

function verdictIn({ targets }: RunRecord, target: string, check: string): Verdict | null {
  const results = targets.find(({ name }) => name === target)?.results;
  return results?.find((one) => one.check === check)?.verdict ?? null;
}

function timesOf(verdicts: readonly (Verdict | null)[]): Wavering['times'] {
  const came = Map.groupBy(
    verdicts.filter((verdict) => verdict !== null),
    (verdict) => verdict,
  );
  return [...came].map(([verdict, all]) => ({ verdict, runs: all.length })).sort((a, b) => b.runs - a.runs);
}
