import type { RunRecord, TargetRecord } from './record.ts';
import { VERDICTS, type Verdict } from './vocabulary.ts';

export type VerdictCounts = Record<Verdict, number>;

/** How many results have each verdict; every verdict has a number. */
export function countVerdicts(results: readonly { readonly verdict: Verdict }[]): VerdictCounts {
  const counts: VerdictCounts = {
    'not-applicable': 0,
    pass: 0,
    warn: 0,
    'not-run': 0,
    inconclusive: 0,
    error: 0,
    fail: 0,
  };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

/** Counts of a run: its results of every target, and the checks that were not selected, summed over targets. */
export function countRun(
  targets: readonly Pick<TargetRecord, 'results' | 'notSelected'>[],
): VerdictCounts & { notSelected: number } {
  return {
    ...countVerdicts(targets.flatMap((target) => target.results)),
    notSelected: targets.reduce((sum, target) => sum + target.notSelected.length, 0),
  };
}

/** Sentences about every count of the record that its own results contradict; empty when there is none. */
export function miscounts(record: RunRecord): string[] {
  const run = countRun(record.targets);
  return [
    ...record.targets.flatMap((target) =>
      compare(`Target ${target.name}`, target.counts, countVerdicts(target.results)),
    ),
    ...compare('The run', record.counts, run),
    ...(record.counts.notSelected === run.notSelected
      ? []
      : [
          `The run states ${record.counts.notSelected} checks not selected, its targets list ${run.notSelected}.`,
        ]),
  ];
}

function compare(whose: string, stated: Readonly<VerdictCounts>, found: VerdictCounts): string[] {
  return VERDICTS.filter((verdict) => stated[verdict] !== found[verdict]).map(
    (verdict) => `${whose} states ${stated[verdict]} × ${verdict}, its results have ${found[verdict]}.`,
  );
}
