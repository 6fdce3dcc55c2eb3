import { describe, expect, test } from 'vitest';
import { Malformed } from '../wire/failures.ts';
import { type ImapStretch, parseImapValues } from './imap-values.ts';

const text = (content: string): ImapStretch => ({ kind: 'text', text: content });
const literal = (content: string): ImapStretch => ({
  kind: 'literal',
  bytes: Buffer.from(content, 'latin1'),
});
const parse = (content: string) => parseImapValues([text(content)]);

describe('IMAP values', () => {
  test.each([
    ['', []],
    ['IMAP4rev1 AUTH=PLAIN', ['IMAP4rev1', 'AUTH=PLAIN']],
    ['(\\Seen \\*) "/" INBOX', [['\\Seen', '\\*'], Buffer.from('/'), 'INBOX']],
    ['() NIL ""', [[], null, Buffer.alloc(0)]],
    ['"a \\"quoted\\" \\\\ (x"', [Buffer.from('a "quoted" \\ (x')]],
    ['(((a)b)(c))', [[[['a'], 'b'], ['c']]]],
    [
      '(UID 5 BODY[HEADER.FIELDS (DATE FROM)]<0> NIL)',
      [['UID', '5', 'BODY[HEADER.FIELDS (DATE FROM)]<0>', null]],
    ],
    ['"\xfc"', [Buffer.from([0xfc])]],
    ['a]b', ['a]b']],
  ])('%j', (content, values) => {
    expect(parse(content)).toEqual(values);
  });

  test('a literal is a value where it stands, whatever its octets', () => {
    expect(
      parseImapValues([
        text('(UID 1 BODY[] '),
        literal(') "NIL\r\n'),
        text(' FLAGS ('),
        literal('x'),
        text('))'),
      ]),
    ).toEqual([['UID', '1', 'BODY[]', Buffer.from(') "NIL\r\n'), 'FLAGS', [Buffer.from('x')]]]);
  });

  test.each([
    '(',
    '(a (b)',
    ')',
    'a)',
    '"open',
    '"open\\"',
    'BODY[TEXT',
    `${'('.repeat(102)}${')'.repeat(102)}`,
  ])('%j is malformed', (content) => {
    expect(() => parse(content)).toThrow(Malformed);
  });

  test('what is malformed is shown in visible notation', () => {
    expect(() => parse('"\x1b[2J')).toThrow('found ""\\x1b[2J"');
  });
});
