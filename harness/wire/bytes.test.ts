import { expect, test } from 'vitest';
import { base64, line, lines } from './bytes.ts';

test('a line is the text in UTF-8 and CRLF', () => {
  expect(line('NOOP')).toEqual(Buffer.from('NOOP\r\n'));
  expect(line('Grüße')).toEqual(Buffer.from('4772c3bcc39f650d0a', 'hex'));
  expect(lines('a', '', 'b')).toEqual(Buffer.from('a\r\n\r\nb\r\n'));
});

test.each(['PASS hunter2\n', 'PASS hunter2\r', 'a\r\nb'])(
  'a text with a line break of its own is refused, without repeating it: %j',
  (text) => {
    expect(() => line(text)).toThrow(/must not contain CR or LF, found one at character \d+\.$/);
    expect(() => line(text)).not.toThrow('hunter2');
  },
);

test('base64 has no line breaks, however long', () => {
  expect(base64(Buffer.alloc(300, 0xff))).toBe('/'.repeat(400));
  expect(base64('ü')).toBe('w7w=');
});
