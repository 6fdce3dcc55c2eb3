import { describe, expect, test } from 'vitest';
import { foldVerdicts, VERDICTS, type Verdict } from './verdict.ts';

/** Pairs whose fold is not the one that the list of verdicts puts last; there must be none. */
const pairs = VERDICTS.flatMap((a, i) => VERDICTS.map((b, j) => [a, b, VERDICTS[Math.max(i, j)]] as const));

describe('the fold of verdicts', () => {
  test('the order is the one that is documented', () => {
    expect(VERDICTS).toEqual(['not-applicable', 'pass', 'warn', 'not-run', 'inconclusive', 'error', 'fail']);
  });

  test.each(pairs)('%s and %s give %s', (a, b, folded) => {
    expect(foldVerdicts([a, b])).toBe(folded);
    expect(foldVerdicts([a, a, b, a])).toBe(folded);
  });

  test('one verdict stays what it is', () => {
    for (const verdict of VERDICTS) expect(foldVerdicts([verdict])).toBe(verdict);
  });

  test('grouping changes nothing', () => {
    for (const a of VERDICTS) {
      for (const b of VERDICTS) {
        for (const c of VERDICTS) {
          const whole = foldVerdicts([a, b, c]);
          expect(foldVerdicts([foldVerdicts([a, b]), c])).toBe(whole);
          expect(foldVerdicts([a, foldVerdicts([b, c])])).toBe(whole);
        }
      }
    }
  });

  test('nothing is not-run, never a success', () => {
    expect(foldVerdicts([])).toBe('not-run');
  });

  test('only pass, warn and not-applicable beside a pass leave room for a success', () => {
    const successful: readonly Verdict[] = ['not-applicable', 'pass', 'warn'];
    for (const verdict of VERDICTS) {
      expect(successful.includes(foldVerdicts(['pass', verdict])), verdict).toBe(
        successful.includes(verdict),
      );
    }
  });
});
