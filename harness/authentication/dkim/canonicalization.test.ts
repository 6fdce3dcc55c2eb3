import { describe, expect, test } from 'vitest';
import { CRLF, lines } from '../../wire/bytes.ts';
import { canonicalBody, canonicalField } from './canonicalization.ts';

describe('the example of RFC 6376 §3.4.5', () => {
  const first = lines('A: X');
  const second = lines('B : Y\t', '\tZ  ');
  const body = lines(' C ', 'D \t E', '', '');

  test('relaxed', () => {
    expect(canonicalField(first, 'relaxed')).toEqual(lines('a:X'));
    expect(canonicalField(second, 'relaxed')).toEqual(lines('b:Y Z'));
    expect(canonicalBody(body, 'relaxed')).toEqual(lines(' C', 'D E'));
  });

  test('simple', () => {
    expect(canonicalField(second, 'simple')).toEqual(second);
    expect(canonicalBody(body, 'simple')).toEqual(lines(' C ', 'D \t E'));
  });
});

describe('a body without content', () => {
  test.each([
    ['empty', Buffer.alloc(0)],
    ['of blank lines', lines('', '', '')],
  ])('%s is a line end when simple, nothing when relaxed', (_name, body) => {
    expect(canonicalBody(body, 'simple')).toEqual(CRLF);
    expect(canonicalBody(body, 'relaxed')).toEqual(Buffer.alloc(0));
  });

  test('of white space alone vanishes when relaxed', () => {
    expect(canonicalBody(lines(' \t'), 'relaxed')).toEqual(Buffer.alloc(0));
    expect(canonicalBody(lines(' \t'), 'simple')).toEqual(lines(' \t'));
  });
});

test('a last line without line end gets one', () => {
  expect(canonicalBody(Buffer.from('a '), 'relaxed')).toEqual(lines('a'));
  expect(canonicalBody(Buffer.from('a '), 'simple')).toEqual(lines('a '));
});
