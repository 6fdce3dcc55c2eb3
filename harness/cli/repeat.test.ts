import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Stability } from '../../reports/model/stability.ts';
import { stabilityLines } from './repeat.ts';

const RUN = { folder: '1', runId: 'r', conclusion: 'conformant', exitCode: 0, interrupted: null } as const;
const STABILITY: Stability = {
  schema: 'mailspec-stability/1',
  runs: [7, 8, 9].map((seed) => ({ ...RUN, order: { seed, isInTurn: seed === 9 } })),
  checks: 214,
  wavering: [
    {
      target: 'mail',
      check: 'IMAP-014',
      title: 'IDLE tells of new mail',
      times: [
        { verdict: 'pass', runs: 2 },
        { verdict: 'inconclusive', runs: 1 },
      ],
      verdicts: ['pass', 'inconclusive', 'pass'],
    },
  ],
  exitCode: 2,
};
const lines = (times: number, withTable: boolean) =>
  stabilityLines(STABILITY, times, withTable).map(stripVTControlCharacters);

test('the table tells check, target, verdicts and how often each came', () => {
  expect(lines(3, true)).toEqual([
    '',
    '1 of 214 checks wavered in 3 runs, in 3 orders (seeds 7, 8, 9), one check at a time in run 3; exit code 2.',
    '  IMAP-014  mail  ✓ pass 2×, ? inconclusive 1×  IDLE tells of new mail',
  ]);
});

test('a command that was stopped says how many runs there are', () => {
  expect(lines(5, false)).toEqual([
    '1 of 214 checks wavered in 3 runs, of 5 that were asked for, in 3 orders (seeds 7, 8, 9), one check at a time in run 3; exit code 2.',
  ]);
});
