import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import { type Change, compareRuns, comparisonExitCode } from './compare.ts';
import type { RunRecord } from './record.ts';
import { VERDICTS, type Verdict } from './vocabulary.ts';

const before = randomRecordWhere(({ targets }) => (targets[0]?.results.length ?? 0) > 1);

/** The record with other verdicts for the first results of its first target; null takes a result away. */
function having(...verdicts: readonly (Verdict | null)[]): RunRecord {
  const targets = before.targets.slice(0, 1).map((target) => ({
    ...target,
    results: target.results.flatMap((result, index) => {
      const verdict = verdicts[index];
      return verdict === undefined || verdict === null ? [] : [{ ...result, verdict }];
    }),
  }));
  return { ...before, targets };
}

test.each<[Verdict, Verdict, Change | 'same', exitCode: number]>([
  ['pass', 'fail', 'regressed', 1],
  ['pass', 'warn', 'regressed', 1],
  ['warn', 'fail', 'regressed', 1],
  ['not-applicable', 'fail', 'regressed', 1],
  ['inconclusive', 'fail', 'settled-badly', 1],
  ['error', 'fail', 'settled-badly', 1],
  ['not-run', 'pass', 'settled', 0],
  ['inconclusive', 'warn', 'settled', 0],
  ['inconclusive', 'not-applicable', 'settled', 0],
  ['fail', 'pass', 'fixed', 0],
  ['fail', 'warn', 'fixed', 0],
  ['error', 'pass', 'settled', 0],
  ['fail', 'inconclusive', 'unsettled', 2],
  ['pass', 'not-run', 'unsettled', 2],
  ['pass', 'not-applicable', 'changed', 0],
  ['error', 'not-run', 'changed', 0],
  ['fail', 'fail', 'same', 0],
])('%s that becomes %s is %s', (was, is, change, exitCode) => {
  const comparison = compareRuns(having(was), having(is));
  expect(comparison.differences.map((one) => one.change)).toEqual(change === 'same' ? [] : [change]);
  expect(comparison.same).toBe(change === 'same' ? 1 : 0);
  expect(comparisonExitCode(comparison)).toBe(exitCode);
});

test('what only one run has is new or gone, and fails nothing', () => {
  for (const verdict of VERDICTS) {
    const added = compareRuns(having('pass'), having('pass', verdict));
    const lost = compareRuns(having('pass', verdict), having('pass'));
    expect(added.differences).toMatchObject([{ change: 'new', before: null, after: verdict }]);
    expect(lost.differences).toMatchObject([{ change: 'gone', before: verdict, after: null }]);
    expect([comparisonExitCode(added), comparisonExitCode(lost)]).toEqual([0, 0]);
  }
});

test('a run does not differ from itself, and every result is accounted for', () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const [one, other] = [
      randomRecord(seeded(seed), () => 'text'),
      randomRecord(seeded(seed + 1), () => 'text'),
    ];
    const count = (record: RunRecord) => record.targets.flatMap(({ results }) => results).length;
    expect(compareRuns(one, one)).toMatchObject({ differences: [], same: count(one), notes: [] });
    const { differences, same } = compareRuns(one, other);
    const of = (change: Change) => differences.filter((difference) => difference.change === change).length;
    expect(differences.length - of('new') + same).toBe(count(one));
    expect(differences.length - of('gone') + same).toBe(count(other));
  }
});

test('what else differs between the runs is told', () => {
  const other = { ...before, profile: { ...before.profile, id: 'rfc-strict' } };
  expect(compareRuns(before, other).notes).toEqual([
    `Profile: ${before.profile.id}@${before.profile.version} before, rfc-strict@${before.profile.version} after.`,
  ]);
});

test('a run that asked a part of another one again is told', () => {
  const part = { ...before, rerunOf: { runId: 'whole', checks: 2, of: 9 } };
  expect(compareRuns(before, part).notes).toContain(
    'The run after is partial: it asked 2 of the 9 checks of run whole again, and says nothing about the others.',
  );
  expect(compareRuns(before, before).notes).toEqual([]);
});
