import { expect, test } from 'vitest';
import { consequenceOf } from './conclude.ts';
import { outcomeOf } from './outcome.ts';
import { countStandings, OUTCOME_OF, STANDINGS, standingOf } from './standing.ts';
import { VERDICTS } from './vocabulary.ts';

const CASES = VERDICTS.flatMap((verdict) =>
  (['fail', 'warn', 'info'] as const).flatMap((gate) =>
    [true, false].flatMap((strict) =>
      [true, false].map((waived) => ({
        verdict,
        gate,
        consequence: consequenceOf(verdict, gate, strict, waived),
      })),
    ),
  ),
);

test('every standing belongs to the outcome that other reports give its results', () => {
  for (const one of CASES) {
    expect({ ...one, outcome: OUTCOME_OF[standingOf(one)] }).toEqual({ ...one, outcome: outcomeOf(one) });
  }
});

test('every standing occurs, and each result is counted once', () => {
  const counts = countStandings(CASES);
  for (const standing of STANDINGS) expect(counts[standing]).toBeGreaterThan(0);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(CASES.length);
});

test('a fail that the profile does not count, and what is open without being demanded, stand apart', () => {
  expect(standingOf({ verdict: 'fail', consequence: 'advice' })).toBe('advisory');
  expect(standingOf({ verdict: 'warn', consequence: 'advice' })).toBe('advice');
  for (const verdict of ['inconclusive', 'error', 'not-run'] as const)
    expect(standingOf({ verdict, consequence: 'none' })).toBe('open');
});
