import { describe, expect, test } from 'vitest';
import { lines } from '../wire/bytes.ts';
import { quotableText, quotes } from './quotes.ts';

const TOKEN = 'outerin-0123456789abcdef';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a token is quoted', () => {
  test.each([
    ['in the header', lines(`Subject: about ${TOKEN}`, '', 'text')],
    ['in the body, in other case', lines('Subject: x', '', TOKEN.toUpperCase())],
    ['in a part in base64', lines('Subject: x', '', base64(`${'word '.repeat(4)}${TOKEN}`).slice(0, 76))],
    [
      'across lines of base64',
      lines('Subject: x', '', ...(base64(`${'w '.repeat(26)}${TOKEN} end`).match(/.{1,76}/g) ?? [])),
    ],
    ['across a soft line break', lines('Subject: x', '', `${TOKEN.slice(0, 9)}=`, TOKEN.slice(9))],
    ['with an encoded character', lines('Subject: x', '', TOKEN.replace('-', '=2D'))],
    [
      'across encoded words',
      lines(
        `Subject: =?utf-8?B?${base64(TOKEN.slice(0, 9))}?=`,
        ` =?utf-8?Q?${TOKEN.slice(9)}?=`,
        '',
        'text',
      ),
    ],
  ])('%s', (_where, message) => {
    expect(quotes(quotableText(message), TOKEN)).toBe(true);
  });

  test('not where another one stands', () => {
    const message = lines(`Subject: ${TOKEN.slice(0, -1)}0`, '', base64(TOKEN.slice(1)));
    expect(quotes(quotableText(message), TOKEN)).toBe(false);
  });
});
