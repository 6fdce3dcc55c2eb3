import { beforeEach, describe, expect, test } from 'vitest';
import { createVerify } from '../engine/verifications.ts';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import { marker } from '../evidence/redaction.ts';
import type { Verification } from '../model/verification.ts';
import type { Verify } from './verify.ts';

let recorder: Recorder;
let verifications: Verification[];
let verify: Verify;

beforeEach(() => {
  recorder = createRecorder();
  verifications = [];
  verify = createVerify(recorder, verifications);
});

const reply = (code: number | string | undefined, text = `${code} text`, status?: string) => ({
  code,
  text,
  status,
});
const demand = 'the server obeys';
const closed = { kind: 'closed', how: 'rst' } as const;
const quiet = { kind: 'silence', waitedMs: 1_234 } as const;

/** Each call of the vocabulary, whether it must hold, and what it says. */
type Call = (verify: Omit<Verify, 'ideally'>) => boolean;
const CALLS: readonly [string, Call, boolean, string, string][] = [
  ['that', (v) => v.that(true, { demand, expected: 'a', actual: 'b' }), true, 'a', 'b'],
  ['that not', (v) => v.that(false, { demand, expected: 'a', actual: 'b' }), false, 'a', 'b'],
  ['found', (v) => v.found('x\r', demand, { what: 'one', as: (s) => s }), true, 'one', 'x\\r'],
  ['found, unnamed', (v) => v.found(7, demand, { what: 'one' }), true, 'one', 'one'],
  ['nothing found', (v) => v.found(undefined, demand, { what: 'one', as: String }), false, 'one', 'none'],
  ['absent', (v) => v.absent(null, demand, { what: 'one' }), true, 'none', 'none'],
  ['present', (v) => v.absent('x', demand, { what: 'one', as: (s) => s }), false, 'none', 'x'],
  ['equal', (v) => v.equal(2, 2, demand), true, '2', '2'],
  ['unequal', (v) => v.equal(undefined, 'a', demand), false, 'a', 'none'],
  ['one of', (v) => v.oneOf('b', ['a', 'b'], demand), true, 'a or b', 'b'],
  ['none of', (v) => v.oneOf('c\n', ['a', 'b'], demand), false, 'a or b', 'c\\n'],
  ['matches', (v) => v.matches('ab', /^a/, { demand, expected: 'an a' }), true, 'an a', 'ab'],
  ['does not match', (v) => v.matches('', /^a/, { demand, expected: 'an a' }), false, 'an a', 'nothing'],
  ['met', (v) => v.met(demand, 'seen'), true, 'seen', 'seen'],
  ['missed', (v) => v.missed(demand, { expected: 'a', actual: 'b' }), false, 'a', 'b'],
  ['code', (v) => v.reply(reply(250), demand).code(250, 251), true, '250 or 251', '250 text'],
  ['another code', (v) => v.reply(reply(550), demand).code(250), false, '250', '550 text'],
  ['no code', (v) => v.reply(reply(undefined), demand).code(250), false, '250', 'undefined text'],
  ["a response code's word", (v) => v.reply(reply('ALERT'), demand).code(250), false, '250', 'ALERT text'],
  ['class', (v) => v.reply(reply(554), demand).codeClass(4, 5), true, '4yz or 5yz', '554 text'],
  ['another class', (v) => v.reply(reply(454), demand).codeClass(5), false, '5yz', '454 text'],
  ['no class', (v) => v.reply(reply(undefined), demand).codeClass(2), false, '2yz', 'undefined text'],
  ['status', (v) => v.reply(reply(1, 't', '+OK'), demand).status('+OK', 'OK'), true, '+OK or OK', 't'],
  ['another status', (v) => v.reply(reply(1, 't', '-ERR'), demand).status('+OK'), false, '+OK', 't'],
  ['no status', (v) => v.reply(reply(250, 't'), demand).status('OK'), false, 'OK', 't'],
  ['nothing', (v) => v.nothing(Buffer.alloc(0), demand), true, 'nothing', 'nothing'],
  ['something', (v) => v.nothing(Buffer.from('* BYE'), demand), false, 'nothing', '* BYE'],
  [
    'answer of a class',
    (v) => v.answer({ kind: 'reply', reply: reply(502) }, demand, { codeClasses: [5], closed: true }),
    true,
    '5yz or end of the connection',
    '502 text',
  ],
  [
    'answer of another class',
    (v) =>
      v.answer({ kind: 'reply', reply: reply(250) }, demand, {
        codeClasses: [5],
        closed: true,
        silence: true,
      }),
    false,
    '5yz or end of the connection or no answer',
    '250 text',
  ],
  [
    'answer of a status',
    (v) => v.answer({ kind: 'reply', reply: reply(1, 't', 'BAD') }, demand, { statuses: ['NO', 'BAD'] }),
    true,
    'NO or BAD',
    't',
  ],
  [
    'answer of another status',
    (v) => v.answer({ kind: 'reply', reply: reply(1, 't', 'OK') }, demand, { statuses: ['NO'] }),
    false,
    'NO',
    't',
  ],
  [
    'the end, listed',
    (v) => v.answer(closed, demand, { closed: true }),
    true,
    'end of the connection',
    'end of the connection (rst)',
  ],
  [
    'the end, not listed',
    (v) => v.answer(closed, demand, { codeClasses: [4, 5], silence: true }),
    false,
    '4yz or 5yz or no answer',
    'end of the connection (rst)',
  ],
  [
    'silence, listed',
    (v) => v.answer(quiet, demand, { silence: true }),
    true,
    'no answer',
    'no answer within 1234 ms',
  ],
  [
    'silence, not listed',
    (v) => v.answer(quiet, demand, { codeClasses: [5], closed: true }),
    false,
    '5yz or end of the connection',
    'no answer within 1234 ms',
  ],
];

describe.each([
  ['strict', true],
  ['ideal', false],
] as const)('%s', (_, strict) => {
  test.each(CALLS)('%s', (_name, call, held, expected, actual) => {
    const statement = { demand, expected, actual, held, strict };
    expect(call(strict ? verify : verify.ideally)).toBe(held);
    expect(verifications).toEqual([{ ...statement, at: 1 }]);
    expect(recorder.events).toMatchObject([{ seq: 1, connection: 0, kind: 'verify', ...statement }]);
  });
});

describe('the same value looks the same as expected and as actual', () => {
  test.each([
    ['a backslash', 'back\\slash'],
    ['control characters', 'x\r\n\u001b[2J'],
    ['a long text', 'a'.repeat(10_000)],
  ])('%s', (_, value) => {
    verify.met(demand, value);
    verify.equal(value, value, demand);
    verify.oneOf(value, [value], demand);
    expect(verifications).toHaveLength(3);
    for (const { expected, actual } of verifications) expect(expected).toBe(actual);
  });
});

test('a pattern with the flag g asks the same each time', () => {
  const pattern = /a/g;
  const twice = [1, 2].map(() => verify.matches('a', pattern, { demand, expected: 'an a' }));
  expect(twice).toEqual([true, true]);
});

test('a verification knows its place in the evidence', () => {
  recorder.event(0, { kind: 'note', text: 'before' });
  verify.that(true, { demand, expected: 'a', actual: 'b' });
  recorder.event(0, { kind: 'note', text: 'between' });
  verify.ideally.that(false, { demand, expected: 'a', actual: 'b' });
  expect(verifications.map(({ at }) => at)).toEqual([2, 4]);
});

describe('what a server sent', () => {
  const HOSTILE = 'x\r\nnot ok 1\u001b[2J\u202e]]>';
  const VISIBLE = 'x\\r\\nnot ok 1\\x1b[2J\\u{202e}]]>';

  test('is shown in visible notation, as text and as octets', () => {
    verify.that(false, { demand, expected: HOSTILE, actual: HOSTILE });
    verify.that(false, { demand, expected: '', actual: Buffer.from(HOSTILE) });
    verify.nothing(Buffer.from([0xff, 0x00]), demand);
    expect(verifications.map(({ actual }) => actual)).toEqual([VISIBLE, VISIBLE, '\\xff\\x00']);
    expect(verifications[0]?.expected).toBe(VISIBLE);
  });

  test.each<[string, Call]>([
    ['found', (v) => v.found(HOSTILE, demand, { what: 'one', as: (text) => text })],
    ['absent', (v) => v.absent(HOSTILE, demand, { what: 'one', as: (text) => text })],
    ['equal', (v) => v.equal(HOSTILE, 'a', demand)],
    ['oneOf', (v) => v.oneOf(HOSTILE, ['a'], demand)],
    ['matches', (v) => v.matches(HOSTILE, /^x/, { demand, expected: 'an x' })],
    ['met', (v) => v.met(demand, HOSTILE)],
    ['missed', (v) => v.missed(demand, { expected: 'a', actual: Buffer.from(HOSTILE) })],
  ])('is shown in visible notation by %s', (_, call) => {
    call(verify);
    expect(verifications[0]?.actual).toBe(VISIBLE);
  });

  test('is not mapped twice where a reply has it mapped', () => {
    verify.reply(reply(250, '250 back\\\\slash\\r'), demand).code(250);
    expect(verifications[0]?.actual).toBe('250 back\\\\slash\\r');
  });

  test('is cut to an excerpt that says how much is missing', () => {
    verify.nothing(Buffer.alloc(10_000, 0x61), demand);
    expect(verifications[0]?.actual).toMatch(/^a{600}… \(9400 octets more\)$/);
  });

  test('is cleaned of secrets that it echoes, raw and in base64', () => {
    const secret = 'c0rrect+horse~staple';
    const encoded = Buffer.from(`\0alice\0${secret}`).toString('base64');
    recorder.secret(secret);
    verify.that(false, { demand, expected: `not ${secret}`, actual: `AUTH PLAIN ${encoded}` });
    verify.reply(reply(535, `535 ${secret} is wrong`), demand).code(235);
    verify.nothing(Buffer.from(secret), demand);
    verify.found(secret, demand, { what: 'one', as: (text) => text });
    verify.absent(secret, demand, { what: 'one', as: (text) => text });
    verify.equal(secret, secret, demand);
    verify.oneOf(encoded, [secret], demand);
    verify.matches(secret, /^c/, { demand, expected: 'a c' });
    verify.met(demand, encoded);
    verify.missed(demand, { expected: secret, actual: encoded });
    expect(JSON.stringify([verifications, recorder.events])).not.toMatch(/horse|aG9yc2|hvcnNl|ob3JzZ/);
    expect(verifications[1]?.actual).toBe(`535 ${marker(Buffer.from(secret))} is wrong`);
  });
});
