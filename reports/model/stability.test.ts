import { expect, test } from 'vitest';
import { postfixRun } from '../fixtures/postfix.ts';
import type { RunRecord } from './record.ts';
import { stabilityOf } from './stability.ts';
import type { Verdict } from './vocabulary.ts';

const RUN = postfixRun();
const [FIRST] = RUN.targets[0]?.results ?? [];
if (!FIRST) throw new Error('The run has no result.');
const { check, target } = FIRST;

/** The run with another verdict of its first check, and another exit code. */
function run(verdict: Verdict, exitCode: RunRecord['exitCode'] = 0): RunRecord {
  const targets = RUN.targets.map((one) => ({
    ...one,
    results: one.results.map((result) => (result === FIRST ? { ...result, verdict } : result)),
  }));
  return { ...RUN, exitCode, targets };
}

const of = (...records: RunRecord[]) =>
  stabilityOf(records.map((record, index) => ({ folder: String(index + 1), record })));

test('what wavers is told with every verdict and how often it came', () => {
  const { wavering, runs, checks } = of(run('pass'), run('inconclusive'), run('pass'));
  expect(wavering).toEqual([
    {
      target,
      check,
      title: FIRST.title,
      times: [
        { verdict: 'pass', runs: 2 },
        { verdict: 'inconclusive', runs: 1 },
      ],
      verdicts: ['pass', 'inconclusive', 'pass'],
    },
  ]);
  expect(runs.map(({ folder }) => folder)).toEqual(['1', '2', '3']);
  expect(checks).toBe(RUN.targets.flatMap(({ results }) => results).length);
});

test('what wavers back to where it was in the last run is told too', () => {
  expect(of(run('pass'), run('pass'), run('fail'), run('pass')).wavering).toHaveLength(1);
});

test.each([
  ['nothing wavered', [run('pass', 0), run('pass', 0)], 0],
  ['something wavered and nothing failed', [run('pass', 0), run('warn', 0)], 2],
  ['something wavered into a finding', [run('pass', 0), run('fail', 1)], 1],
  ['it failed in every run', [run('fail', 1), run('fail', 1)], 1],
  ['one run is undetermined', [run('pass', 2), run('pass', 0)], 2],
  ['one run has stale expectations', [run('pass', 0), run('pass', 4)], 4],
  ['one is undetermined, the other has stale expectations', [run('pass', 2), run('pass', 4)], 2],
  ['there is one run', [run('pass', 0)], 0],
])('where %s', (_, records, exitCode) => {
  expect(of(...records).exitCode).toBe(exitCode);
});

test('what was stopped is undetermined, unless something failed', () => {
  const stopped = (record: RunRecord) => stabilityOf([{ folder: '1', record }], true).exitCode;
  expect(stopped(run('pass', 0))).toBe(2);
  expect(stopped(run('fail', 1))).toBe(1);
  expect(stabilityOf([], true)).toMatchObject({ runs: [], checks: 0, wavering: [], exitCode: 2 });
});
