import { type MimePart, parseMime } from '../message/mime.ts';
import { accept, astring, atEnd, type Cursor, expect, ImapSyntaxError, number, peek } from './parser.ts';

/** What stands in the brackets of BODY[…] (RFC 9051 §6.4.5). */
export interface Section {
  readonly path: readonly number[];
  readonly text: '' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME';
  /** Names of header fields, as the client wrote them. */
  readonly names: readonly string[];
  /** Octets asked for: the first one and how many. */
  readonly partial: { readonly from: number; readonly count: number } | undefined;
}

/** Reads the section after `BODY[`, its bracket and a partial. @throws ImapSyntaxError */
export function parseSection(cursor: Cursor): Section {
  const path: number[] = [];
  while (/\d/.test(peek(cursor) ?? '')) {
    path.push(number(cursor));
    if (!accept(cursor, '.')) break;
  }
  const text = sectionText(cursor, path.length > 0);
  const names: string[] = [];
  if (text.startsWith('HEADER.FIELDS')) {
    expect(cursor, ' (');
    do names.push(astring(cursor));
    while (accept(cursor, ' '));
    expect(cursor, ')');
  }
  expect(cursor, ']');
  let partial: Section['partial'];
  if (!atEnd(cursor) && accept(cursor, '<')) {
    const from = number(cursor);
    expect(cursor, '.');
    const count = number(cursor);
    if (count === 0) throw new ImapSyntaxError('a partial of at least one octet');
    expect(cursor, '>');
    partial = { from, count };
  }
  return { path, text, names, partial };
}

function sectionText(cursor: Cursor, mayBeMime: boolean): Section['text'] {
  for (const word of ['HEADER.FIELDS.NOT', 'HEADER.FIELDS', 'HEADER', 'TEXT'] as const) {
    if (accept(cursor, word)) return word;
  }
  if (mayBeMime && accept(cursor, 'MIME')) return 'MIME';
  return '';
}

/** The section as the response names it. */
export function sectionName({ path, text, names, partial }: Section): string {
  const spec = [...path.map(String), ...(text ? [text] : [])].join('.');
  const fields = names.length > 0 ? ` (${names.join(' ')})` : '';
  return `BODY[${spec}${fields}]${partial ? `<${partial.from}>` : ''}`;
}

/** The octets of a section; undefined where the message has no such part. */
export function readSection(content: Buffer, section: Section): Buffer | undefined {
  const found = wholeSection(content, section);
  const { partial } = section;
  return found && partial ? found.subarray(partial.from, partial.from + partial.count) : found;
}

function wholeSection(content: Buffer, { path, text, names }: Section): Buffer | undefined {
  if (path.length === 0 && text === '') return content;
  const message = parseMime(content);
  const part = path.length === 0 ? message : descend(message, path);
  if (!part) return undefined;
  // HEADER and TEXT of a part mean those of the message inside it.
  const { split } = path.length === 0 || text === '' || text === 'MIME' ? part : (part.inner ?? part);
  switch (text) {
    case '':
      return split.body;
    case 'TEXT':
      return split.body;
    case 'HEADER':
    case 'MIME':
      return Buffer.concat([split.header, split.separator]);
    default: {
      const wanted = new Set(names.map((name) => name.toLowerCase()));
      const chosen = split.fields.filter(({ name }) => wanted.has(name) === (text === 'HEADER.FIELDS'));
      return Buffer.concat([...chosen.map(({ octets }) => octets), split.separator]);
    }
  }
}

function descend(message: MimePart, path: readonly number[]): MimePart | undefined {
  let part: MimePart | undefined = message;
  for (const index of path) {
    const container: MimePart = part.inner ?? part;
    // A message that is no multipart has one part, itself.
    part = container.parts.length > 0 ? container.parts[index - 1] : index === 1 ? container : undefined;
    if (!part) return undefined;
  }
  return part;
}
