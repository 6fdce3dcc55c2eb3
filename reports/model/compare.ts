import { partialLine } from './partial.ts';
import type { GatedResult, RunRecord } from './record.ts';
import type { Verdict } from './vocabulary.ts';

/**
 * `regressed`: worse than before; `settled-badly`: open before, and a fail now; `unsettled`: decided before, and open
 * now; `fixed`: better than before; `settled`: open before, and decided without a fail now; `new` and `gone`: in one
 * run alone; `changed`: different, neither better nor worse.
 */
export const CHANGES = [
  'regressed',
  'settled-badly',
  'unsettled',
  'fixed',
  'settled',
  'new',
  'gone',
  'changed',
] as const;

export type Change = (typeof CHANGES)[number];

/** What became of one check on one target between two runs. */
export interface Difference {
  readonly change: Change;
  readonly target: string;
  readonly check: string;
  readonly title: string;
  /** Null where the run did not have it. */
  readonly before: Verdict | null;
  readonly after: Verdict | null;
  readonly reason: string;
  readonly rerun: string;
}

/** Which of two runs is meant, in words of its record. */
export interface ComparedRun extends Pick<RunRecord, 'runId' | 'startedAt' | 'conclusion'> {
  /** Name and version. */
  readonly profile: string;
}

export interface Comparison {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  readonly differences: readonly Difference[];
  /** How many results are the same in both runs. */
  readonly same: number;
  /** Differences between the runs that their verdicts may come from. */
  readonly notes: readonly string[];
}

/** What the verdicts of two runs have in common and where they differ; waivers and gates do not matter. */
export function compareRuns(before: RunRecord, after: RunRecord): Comparison {
  const [old, young] = [resultsOf(before), resultsOf(after)];
  const keys = [...new Set([...old.keys(), ...young.keys()])];
  const differences = keys.flatMap((key) => {
    const [was, is] = [old.get(key), young.get(key)];
    const shown = is ?? was;
    if (!shown) return [];
    const change = changeOf(was?.verdict ?? null, is?.verdict ?? null);
    if (change === null) return [];
    const { target, check, title, reason, rerun } = shown;
    return [
      {
        change,
        target,
        check,
        title,
        before: was?.verdict ?? null,
        after: is?.verdict ?? null,
        reason,
        rerun,
      },
    ];
  });
  return {
    before: comparedRun(before),
    after: comparedRun(after),
    differences: CHANGES.flatMap((change) => differences.filter((one) => one.change === change)),
    same: keys.length - differences.length,
    notes: notesOf(before, after),
  };
}

/** 1 where something is worse or turned out badly, 2 where something is no longer settled, else 0. */
export function comparisonExitCode({ differences }: Comparison): 0 | 1 | 2 {
  const has = (change: Change) => differences.some((one) => one.change === change);
  return has('regressed') || has('settled-badly') ? 1 : has('unsettled') ? 2 : 0;
}

function changeOf(before: Verdict | null, after: Verdict | null): Change | null {
  if (before === null) return 'new';
  if (after === null) return 'gone';
  if (before === after) return null;
  const [was, is] = [rank(before), rank(after)];
  if (is === null) return was === null ? 'changed' : 'unsettled';
  // What was open before was never better: whether it is bad is only known now.
  if (was === null) return is === RANK.fail ? 'settled-badly' : 'settled';
  return is > was ? 'regressed' : is < was ? 'fixed' : 'changed';
}

const RANK = { pass: 0, 'not-applicable': 0, warn: 1, fail: 2 } as const;

/** How bad a verdict is; null where nothing was settled. */
function rank(verdict: Verdict): number | null {
  return verdict in RANK ? RANK[verdict as keyof typeof RANK] : null;
}

function resultsOf(record: RunRecord): ReadonlyMap<string, GatedResult> {
  const results = record.targets.flatMap((target) => target.results);
  return new Map(results.map((result) => [JSON.stringify([result.target, result.check]), result]));
}

/** The differences of one kind, in their order; empty where there are none. */
export function differencesOf({ differences }: Comparison, change: Change): readonly Difference[] {
  return differences.filter((one) => one.change === change);
}

function comparedRun({ runId, startedAt, conclusion, profile }: RunRecord): ComparedRun {
  return { runId, startedAt, conclusion, profile: `${profile.id}@${profile.version}` };
}

/** What the run was told to ask; the codes of a partial run are those that were left, however many. */
function chosenBy({ selection, rerunOf }: RunRecord): string {
  return rerunOf ? 'what was left' : selection.only.join(' ') || 'all';
}

function notesOf(before: RunRecord, after: RunRecord): string[] {
  const pairs = [
    ['mailspec', before.tool.version, after.tool.version],
    ['Profile', comparedRun(before).profile, comparedRun(after).profile],
    ['Only', chosenBy(before), chosenBy(after)],
    ['Without', before.selection.skip.join(' ') || 'none', after.selection.skip.join(' ') || 'none'],
  ] as const;
  const parts = [
    ['before', before.rerunOf],
    ['after', after.rerunOf],
  ] as const;
  return [
    ...pairs.flatMap(([what, was, is]) => (was === is ? [] : [`${what}: ${was} before, ${is} after.`])),
    ...parts.flatMap(([which, part]) => (part ? [`The run ${which} is partial: ${partialLine(part)}`] : [])),
  ];
}
