import { describe, expect, test } from 'vitest';
import { about, elapsed, timeLeft, timeLeftOfAll } from './time-left.ts';

/** So many results, one every `every` milliseconds from 0 on. */
const results = (count: number, every: number) => Array.from({ length: count }, (_, index) => index * every);

describe('the time that is left', () => {
  test('is not told before enough was done', () => {
    expect(timeLeft({ planned: 0, results: [] }, 5_000)).toBeNull();
    expect(timeLeft({ planned: 40, results: results(19, 100) }, 5_000)).toBeNull();
    expect(timeLeft({ planned: 200, results: results(39, 100) }, 5_000)).toBeNull();
  });

  test('follows from the pace of the last results', () => {
    expect(timeLeft({ planned: 60, results: results(30, 100) }, 3_000)).toBeCloseTo(3_000, -3);
    // Quick at first, slow since: what was quick says nothing about what is left.
    const slower = [...results(100, 10), ...results(50, 2_000).map((at) => at + 1_000)];
    const left = timeLeft({ planned: 180, results: slower }, 101_000);
    expect(left).toBeGreaterThan(55_000);
    expect(left).toBeLessThan(65_000);
  });

  test('grows while nothing comes', () => {
    const pace = { planned: 40, results: results(30, 100) };
    const at = (now: number) => timeLeft(pace, now) ?? 0;
    expect(at(30_000)).toBeGreaterThan(at(4_000));
    expect(timeLeft(pace, 30 * 3_600_000)).toBeNull();
  });

  test('of a run is that of its slowest target, and unknown where one is', () => {
    const fast = { planned: 31, results: results(30, 100) };
    const slow = { planned: 60, results: results(30, 100) };
    expect(timeLeftOfAll([fast, slow], 3_000)).toBe(timeLeft(slow, 3_000));
    expect(timeLeftOfAll([fast, { planned: 60, results: [] }], 3_000)).toBeNull();
    expect(timeLeftOfAll([], 3_000)).toBeNull();
    expect(timeLeft({ planned: 3, results: results(3, 1) }, 3_000)).toBe(0);
  });
});

test.each([
  [7_900, '7 s'],
  [125_000, '2:05 min'],
  [3_609_000, '1:00:09 h'],
])('%i ms have passed: %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text);
});

test.each([
  [500, 'some seconds left'],
  [21_000, 'about 30 s left'],
  [50_001, 'about 1 min left'],
  [200_000, 'about 3 min left'],
])('%i ms are %s', (ms, text) => {
  expect(about(ms)).toBe(text);
});
