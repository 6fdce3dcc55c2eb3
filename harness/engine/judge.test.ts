import { describe, expect, test } from 'vitest';
import type { CheckDefinition } from '../check/define.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import { CAUSES, type Cause, type Verdict } from '../model/verdict.ts';
import type { Verification } from '../model/verification.ts';
import {
  ConnectionEnded,
  Malformed,
  RelayFailed,
  Silence,
  TlsFailed,
  Unreachable,
} from '../wire/failures.ts';
import { judge } from './judge.ts';
import { definitionOf } from './testing/definition.ts';

function verification(held: boolean, strict: boolean, demand = 'the server obeys'): Verification {
  return { demand, expected: '250', actual: '550 no', held, strict, at: 1 };
}

const HELD = verification(true, true);
const VIOLATION = verification(false, true);
const DEVIATION = verification(false, false);

function judged(
  verifications: readonly Verification[],
  thrown?: unknown,
  over: Partial<CheckDefinition> = {},
  clean: (sentence: string) => string = (sentence) => sentence,
) {
  return judge({ name: 'mx', role: 'mx', definition: definitionOf(over), verifications, thrown, clean });
}

/** Everything a body can end with, and what comes of it when nothing was missed before. */
const ENDINGS: readonly [string, unknown, Verdict, Cause | null][] = [
  ['Unreachable', new Unreachable('127.0.0.1:25', 'ECONNREFUSED'), 'inconclusive', 'unreachable'],
  ['Silence', new Silence(100, 'the reply to NOOP'), 'inconclusive', 'timeout'],
  ['ConnectionEnded', new ConnectionEnded('fin', 'the reply'), 'inconclusive', 'closed'],
  ['Malformed', new Malformed('no reply'), 'inconclusive', 'malformed'],
  ['TlsFailed by silence', new TlsFailed('127.0.0.1:25', 'no end', 100), 'inconclusive', 'timeout'],
  ['TlsFailed', new TlsFailed('127.0.0.1:25', 'alert 40'), 'inconclusive', 'precondition'],
  ...CAUSES.map((cause): [string, unknown, Verdict, Cause] => [
    `Inconclusive ${cause}`,
    new Inconclusive(cause, 'nothing can be said'),
    'inconclusive',
    cause,
  ]),
  ['NotApplicable', new NotApplicable('no AUTH', 'EHLO lists SIZE'), 'not-applicable', null],
  ['a relay that failed', new RelayFailed('the relay broke'), 'error', 'harness'],
  ['an Error', new Error('a defect of the check'), 'error', 'harness'],
  ['a TypeError', new TypeError('x is not a function'), 'error', 'harness'],
  ['a string', 'thrown by mistake', 'error', 'harness'],
  ['null', null, 'error', 'harness'],
  ['zero', 0, 'error', 'harness'],
];

describe('how the body ended', () => {
  test.each(ENDINGS)('%s, with nothing missed before', (_, thrown, verdict, cause) => {
    for (const before of [[], [HELD]]) {
      expect(judged(before, thrown)).toMatchObject({ verdict, cause, verified: before.length });
    }
  });

  test.each(ENDINGS)('%s does not undo a violation', (_, thrown) => {
    for (const before of [[VIOLATION], [HELD, DEVIATION, VIOLATION, HELD]]) {
      const result = judged(before, thrown);
      expect(result).toMatchObject({ verdict: 'fail', cause: null, violations: [VIOLATION] });
      expect(result.reason).toBe('The server obeys: expected 250, found 550 no.');
    }
  });

  test.each(ENDINGS)('%s after a deviation', (_, thrown, verdict) => {
    const result = judged([HELD, DEVIATION], thrown);
    // What was tolerable is known; that the rest could not be seen weighs more.
    expect(result.verdict).toBe(verdict === 'not-applicable' ? 'warn' : verdict);
    expect(result.deviations).toEqual([DEVIATION]);
  });
});

describe('a body that returned', () => {
  test('without a verification is vacuous', () => {
    expect(judged([])).toMatchObject({ verdict: 'error', cause: 'vacuous', verified: 0 });
  });

  test('with everything held passes, and says what was seen last', () => {
    const last = { ...HELD, demand: 'nothing is left open', actual: '250 ok' };
    expect(judged([HELD, last])).toMatchObject({
      verdict: 'pass',
      cause: null,
      reason: 'Nothing is left open: 250 ok.',
      violations: [],
      deviations: [],
      verified: 2,
    });
  });

  test('with a deviation warns', () => {
    expect(judged([DEVIATION, HELD])).toMatchObject({ verdict: 'warn', deviations: [DEVIATION] });
  });

  test('with a violation fails, and names the first', () => {
    const second = verification(false, true, 'the second');
    expect(judged([HELD, VIOLATION, second])).toMatchObject({
      verdict: 'fail',
      violations: [VIOLATION, second],
      reason: 'The server obeys: expected 250, found 550 no.',
    });
  });
});

describe('a check that knows no failure', () => {
  test.each(['MUST', 'SHOULD', 'MAY', 'policy'] as const)('%s with worst: warn', (level) => {
    expect(judged([VIOLATION], undefined, { level, worst: 'warn' } as Partial<CheckDefinition>).verdict).toBe(
      'warn',
    );
  });

  test('stays open and stays vacuous like any other', () => {
    expect(judged([], new Silence(1, 'x'), { worst: 'warn' }).verdict).toBe('inconclusive');
    expect(judged([], undefined, { worst: 'warn' }).verdict).toBe('error');
  });
});

describe('reasons', () => {
  test.each(ENDINGS)('of %s are one printable line', (_, thrown) => {
    expect(judged([], thrown).reason).toMatch(/^[^\p{C}]+$/u);
  });

  test('what a thrown text holds of a server is made visible', () => {
    const hostile = 'a\r\nnot ok 1\u001b[2J\u202e';
    for (const thrown of [new Error(hostile), new Inconclusive('closed', hostile), hostile]) {
      expect(judged([], thrown).reason).toContain('a\\r\\nnot ok 1\\x1b[2J\\u{202e}');
    }
    expect(judged([], new NotApplicable('absent', hostile)).reason).toContain('\\x1b');
  });

  test('are cleaned of secrets whatever ended the body', () => {
    const clean = (sentence: string) => sentence.replaceAll('550 no', '[secret]').replaceAll('hidden', '[x]');
    expect(judged([VIOLATION], undefined, {}, clean).reason).toContain('[secret]');
    for (const thrown of [new Error('hidden'), new NotApplicable('hidden', 'hidden'), 'hidden']) {
      expect(judged([], thrown, {}, clean).reason).not.toContain('hidden');
    }
  });

  test('end in one full stop', () => {
    expect(judged([{ ...HELD, actual: '250 ok.' }]).reason).toBe('The server obeys: 250 ok.');
  });
});
