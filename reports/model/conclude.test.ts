import { describe, expect, test } from 'vitest';
import { randomRecordWhere } from '../fixtures/random-record.ts';
import {
  concludeRun,
  concludeTarget,
  consequenceOf,
  exitCodeOf,
  gateResult,
  misconclusions,
} from './conclude.ts';
import type { Gate } from './record.ts';
import type { Verdict } from './vocabulary.ts';

const broken = randomRecordWhere((record) => record.conclusion === 'non-conformant');
const [sample] = broken.targets.flatMap((target) => target.results);

function resultsOf(...states: readonly [Verdict, Gate][]) {
  if (!sample) throw new Error('A record that is non-conformant has no result.');
  return states.map(([verdict, gate]) => gateResult({ ...sample, verdict }, gate, false));
}

describe('the consequence of a verdict', () => {
  test.each<[Verdict, Gate, lax: string, strict: string]>([
    ['pass', 'fail', 'none', 'none'],
    ['pass', 'info', 'none', 'none'],
    ['not-applicable', 'fail', 'none', 'none'],
    ['fail', 'fail', 'finding', 'finding'],
    ['fail', 'warn', 'advice', 'finding'],
    ['fail', 'info', 'advice', 'advice'],
    ['warn', 'fail', 'advice', 'finding'],
    ['warn', 'warn', 'advice', 'finding'],
    ['warn', 'info', 'advice', 'advice'],
    ['inconclusive', 'fail', 'unsettled', 'unsettled'],
    ['inconclusive', 'warn', 'none', 'unsettled'],
    ['inconclusive', 'info', 'none', 'none'],
    ['error', 'fail', 'unsettled', 'unsettled'],
    ['error', 'info', 'unsettled', 'unsettled'],
    ['not-run', 'fail', 'unsettled', 'unsettled'],
    ['not-run', 'info', 'unsettled', 'unsettled'],
  ])('%s at gate %s is %s, strictly %s', (verdict, gate, lax, strict) => {
    expect(consequenceOf(verdict, gate, false)).toBe(lax);
    expect(consequenceOf(verdict, gate, true)).toBe(strict);
  });
});

describe('the conclusion', () => {
  test('about a target that passed is conformant', () => {
    expect(concludeTarget({ failure: null, results: resultsOf(['pass', 'fail'], ['fail', 'warn']) })).toBe(
      'conformant',
    );
  });

  test('weighs a finding more than what is unsettled', () => {
    expect(concludeTarget({ failure: null, results: resultsOf(['error', 'info'], ['fail', 'fail']) })).toBe(
      'non-conformant',
    );
  });

  test('about a target that could not be audited is undetermined, whatever passed', () => {
    expect(concludeTarget({ failure: 'It did not start.', results: resultsOf(['pass', 'fail']) })).toBe(
      'undetermined',
    );
  });

  test.each<[string, [Verdict, Gate][]]>([
    ['nothing', []],
    ['only what does not apply', [['not-applicable', 'fail']]],
    ['only what is inconclusive and optional', [['inconclusive', 'info']]],
  ])('about %s is undetermined', (_, states) => {
    expect(concludeTarget({ failure: null, results: resultsOf(...states) })).toBe('undetermined');
  });

  test('about a run is that of its worst target', () => {
    const [target] = broken.targets;
    if (!target) throw new Error('A record that is non-conformant has no target.');
    const conformant = { ...target, failure: null, results: resultsOf(['pass', 'fail']) };
    const open = { ...target, failure: null, results: resultsOf(['error', 'fail']) };
    const faulty = { ...target, failure: null, results: resultsOf(['fail', 'fail']) };
    const conclude = (...targets: (typeof target)[]) => concludeRun({ interrupted: null, targets });
    expect(conclude(conformant, conformant)).toBe('conformant');
    expect(conclude(conformant, open)).toBe('undetermined');
    expect(conclude(faulty, open)).toBe('non-conformant');
    expect(conclude()).toBe('undetermined');
    expect(concludeRun({ interrupted: 'it was asked to stop.', targets: [conformant] })).toBe('undetermined');
    expect(concludeRun({ interrupted: 'it was asked to stop.', targets: [faulty] })).toBe('non-conformant');
  });

  test('is the exit code', () => {
    const [target] = broken.targets;
    if (!target) throw new Error('A record that is non-conformant has no target.');
    const ending = (...states: readonly [Verdict, Gate][]) =>
      exitCodeOf({
        interrupted: null,
        expected: [],
        targets: [{ ...target, failure: null, results: resultsOf(...states) }],
      });
    expect(ending(['pass', 'fail'])).toBe(0);
    expect(ending(['fail', 'fail'], ['error', 'fail'])).toBe(1);
    expect(ending(['error', 'fail'])).toBe(2);
    expect(ending()).toBe(2);
  });
});

describe('a record that contradicts itself', () => {
  test('is seen when a consequence was softened', () => {
    const targets = broken.targets.map((target) => ({
      ...target,
      results: target.results.map((result) => ({ ...result, consequence: 'none' as const })),
    }));
    expect(misconclusions(broken)).toEqual([]);
    expect(misconclusions({ ...broken, targets }).length).toBeGreaterThan(0);
  });

  test('is seen when a waiver was added that nobody expects', () => {
    const waiver = { reason: 'r', authority: 'a', expires: '2027-01-01', place: 'f:1:1' };
    const targets = broken.targets.map((target) => ({
      ...target,
      results: target.results.map((result) => gateResult(result, result.gate, broken.profile.strict, waiver)),
    }));
    expect(misconclusions({ ...broken, targets }).length).toBeGreaterThan(0);
  });

  test('is seen when conclusion and exit code were changed', () => {
    expect(misconclusions({ ...broken, conclusion: 'conformant', exitCode: 0 })).toHaveLength(2);
    expect(misconclusions({ ...broken, exitCode: 5 })).toEqual([]);
  });
});
