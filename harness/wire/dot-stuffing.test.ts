import { describe, expect, test } from 'vitest';
import { dotStuff, dotUnstuff } from './dot-stuffing.ts';

describe('dot-stuffing', () => {
  test.each([
    ['an empty message', '', '.\r\n'],
    ['a message', 'a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
    ['a missing last line end', 'a\r\nb', 'a\r\nb\r\n.\r\n'],
    ['a line of one dot', 'a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['dots at the very beginning', '.a\r\n..\r\n', '..a\r\n...\r\n.\r\n'],
    ['a dot alone without line end', '.', '..\r\n.\r\n'],
    ['a dot after a bare LF or CR is content', 'a\n.\nb\r.\rc\r\n', 'a\n.\nb\r.\rc\r\n.\r\n'],
    ['a message that ends in CR', 'a\r', 'a\r\r\n.\r\n'],
    ['NUL and eight-bit octets', '\x00\xff\r\n', '\x00\xff\r\n.\r\n'],
  ])('%s', (_, message, stuffed) => {
    expect(dotStuff(Buffer.from(message, 'latin1')).toString('latin1')).toBe(stuffed);
  });

  test('unstuffing takes one dot from a line that has more than that dot', () => {
    const lines = ['..', '.x', '...', 'x.', '', '.'];
    expect(lines.map((text) => dotUnstuff(Buffer.from(text)).toString())).toEqual([
      '.',
      'x',
      '..',
      'x.',
      '',
      '.',
    ]);
  });

  test('unstuffing undoes stuffing line by line', () => {
    const message = '.\r\n..\r\n.x\r\n\r\n+OK forged\r\n...\r\n';
    const lines = dotStuff(Buffer.from(message)).toString().split('\r\n').slice(0, -2);
    expect(lines.map((text) => `${dotUnstuff(Buffer.from(text))}\r\n`).join('')).toBe(message);
  });
});
