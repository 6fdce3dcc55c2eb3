import { describe, expect, test } from 'vitest';
import { saslPrep } from './saslprep.ts';

describe('SASLprep', () => {
  test.each([
    ['a soft hyphen is mapped to nothing', 'I\u00adX', 'IX'],
    ['no transformation', 'user', 'user'],
    ['case is preserved', 'USER', 'USER'],
    ['feminine ordinal becomes a', '\u00aa', 'a'],
    ['roman numeral nine becomes IX', '\u2168', 'IX'],
  ])('RFC 4013 §3: %s', (_, input, output) => {
    expect(saslPrep(input)).toBe(output);
  });

  test('maps other spaces to the ordinary one', () => {
    expect(saslPrep('a\u00a0b\u3000c\u200bd')).toBe('a b c d');
  });

  test.each([
    ['\u0007', 'C.2.1'],
    ['\u0080', 'C.2.2'],
    ['\ue000', 'C.3'],
    ['\u{1fffe}', 'C.4'],
    ['\ud800', 'C.5'],
    ['\ufffd', 'C.6'],
    ['\u2ff0', 'C.7'],
    ['\u202e', 'C.8'],
    ['\u{e0001}', 'C.9'],
  ])('refuses %j and names table %s', (input, table) => {
    expect(() => saslPrep(`x${input}`)).toThrow(table);
  });

  test('the message of a refusal does not repeat the password', () => {
    expect(() => saslPrep('hunter2\u0007')).not.toThrow('hunter2');
  });
});
