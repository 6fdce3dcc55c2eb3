import { describe, expect, test } from 'vitest';
import { printable, visible, visibleExcerpt } from './visible.ts';

/** Undoes the notation by its documentation alone; throws on text that is not in the notation. */
function invisible(text: string): Buffer {
  const parts: Buffer[] = [];
  const token = /\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|([trn\\]))|([^\\])/suy;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const [, octet, code, named, plain] = token.exec(text) ?? [];
    if (octet !== undefined) parts.push(Buffer.from(octet, 'hex'));
    else if (code !== undefined) parts.push(Buffer.from(String.fromCodePoint(Number.parseInt(code, 16))));
    else if (named !== undefined) parts.push(Buffer.from({ t: '\t', r: '\r', n: '\n' }[named] ?? '\\'));
    else if (plain !== undefined) parts.push(Buffer.from(plain));
    else throw new Error(`Not in visible notation at ${at}: ${text}`);
  }
  return Buffer.concat(parts);
}

/** Octets from a small generator with a fixed seed, so that a failure can be repeated. */
function randomOctets(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|[^\S ]/u;

describe('visible notation', () => {
  test('is undone to the same octets for every pair of octets', () => {
    for (let first = 0; first < 256; first += 1) {
      for (let second = 0; second < 256; second += 1) {
        const bytes = Buffer.from([first, second]);
        const text = visible(bytes);
        if (!invisible(text).equals(bytes) || UNPRINTABLE.test(text))
          throw new Error(`${bytes.toString('hex')} became ${JSON.stringify(text)}.`);
      }
    }
  });

  test('is undone to the same octets for random strings, and for every code point', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const bytes = randomOctets(seed, seed % 40);
      const text = visible(bytes);
      expect(invisible(text).equals(bytes), bytes.toString('hex')).toBe(true);
      expect(text).not.toMatch(UNPRINTABLE);
    }
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const bytes = Buffer.from(String.fromCodePoint(code));
      const text = visible(bytes);
      if (!invisible(text).equals(bytes) || UNPRINTABLE.test(text))
        throw new Error(`U+${code.toString(16)} became ${JSON.stringify(text)}.`);
    }
  });

  test.each([
    ['250 OK\r\n', '250 OK\\r\\n'],
    ['\t\\', '\\t\\\\'],
    ['\x00\x1b[31m\x7f', '\\x00\\x1b[31m\\x7f'],
    ['\u202egpj.exe', '\\u{202e}gpj.exe'],
    ['Grüße ✉', 'Grüße ✉'],
    ['a\u200bb\u00a0c', 'a\\u{200b}b\\u{a0}c'],
    ['\ufeff', '\\u{feff}'],
    ['\u2028', '\\u{2028}'],
    ['\ufffd', '\\u{fffd}'],
    ['\u3164\ufe0f', '\\u{3164}\\u{fe0f}'],
  ])('%j is shown as %j', (content, shown) => {
    expect(visible(content)).toBe(shown);
    expect(visible(Buffer.from(content))).toBe(shown);
  });

  test.each([
    ['c080', '\\xc0\\x80'],
    ['eda080', '\\xed\\xa0\\x80'],
    ['f4908080', '\\xf4\\x90\\x80\\x80'],
    ['e282', '\\xe2\\x82'],
    ['ff41', '\\xffA'],
  ])('octets that are not UTF-8 (%s) are shown one by one', (hex, shown) => {
    expect(visible(Buffer.from(hex, 'hex'))).toBe(shown);
  });

  test('a lone surrogate in a string is shown as what it is', () => {
    expect(visible('\ud800')).toBe('\\u{d800}');
  });

  test('an excerpt tells how much it leaves out', () => {
    expect(visibleExcerpt('abcdef', 6)).toBe('abcdef');
    expect(visibleExcerpt('abcdef', 4)).toBe('abcd… (2 octets more)');
  });

  test('a sentence that quotes the notation is not escaped twice', () => {
    expect(printable('found "a\\r\\n\u202e"')).toBe('found "a\\r\\n\\u{202e}"');
  });
});
