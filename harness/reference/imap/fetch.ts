import { parseMime } from '../message/mime.ts';
import type { StoredMessage } from '../store/mailbox.ts';
import { parseSection, readSection, type Section, sectionName } from './body-section.ts';
import { bodyStructure } from './body-structure.ts';
import { formatDateTime } from './dates.ts';
import { list, literal, octets, untagged } from './encoding.ts';
import { envelope } from './envelope.ts';
import { accept, type Cursor, expect, expectEnd, ImapSyntaxError } from './parser.ts';
import type { MailboxView, Numbered } from './view.ts';

/** One thing that FETCH asks for (RFC 9051 §6.4.5). */
type FetchItem =
  | {
      readonly kind: 'FLAGS' | 'UID' | 'INTERNALDATE' | 'RFC822.SIZE' | 'ENVELOPE' | 'BODY' | 'BODYSTRUCTURE';
    }
  | {
      readonly kind: 'section';
      readonly name: string;
      readonly section: Section;
      readonly marksSeen: boolean;
    };

const WHOLE: Section = { path: [], text: '', names: [], partial: undefined };
const FAST = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'] as const;

/** Reads the items of FETCH up to the end of the command. @throws ImapSyntaxError */
export function parseFetchItems(cursor: Cursor): FetchItem[] {
  const macro = fetchMacro(cursor);
  if (macro) {
    expectEnd(cursor);
    return macro;
  }
  if (!accept(cursor, '(')) {
    const item = fetchItem(cursor);
    expectEnd(cursor);
    return [item];
  }
  const items = [fetchItem(cursor)];
  while (accept(cursor, ' ')) items.push(fetchItem(cursor));
  expect(cursor, ')');
  expectEnd(cursor);
  return items;
}

function fetchMacro(cursor: Cursor): FetchItem[] | undefined {
  const kinds = (...names: readonly Exclude<FetchItem['kind'], 'section'>[]) =>
    names.map((kind) => ({ kind }));
  if (accept(cursor, 'ALL')) return kinds(...FAST, 'ENVELOPE');
  if (accept(cursor, 'FULL')) return kinds(...FAST, 'ENVELOPE', 'BODY');
  if (accept(cursor, 'FAST')) return kinds(...FAST);
  return undefined;
}

function fetchItem(cursor: Cursor): FetchItem {
  const section = (text: Section['text'], name: string, marksSeen: boolean): FetchItem => ({
    kind: 'section',
    name,
    section: { ...WHOLE, text },
    marksSeen,
  });
  for (const peek of [true, false]) {
    if (!accept(cursor, peek ? 'BODY.PEEK[' : 'BODY[')) continue;
    const parsed = parseSection(cursor);
    return { kind: 'section', name: sectionName(parsed), section: parsed, marksSeen: !peek };
  }
  for (const kind of [
    'BODYSTRUCTURE',
    'BODY',
    'ENVELOPE',
    'FLAGS',
    'INTERNALDATE',
    'UID',
    'RFC822.SIZE',
  ] as const) {
    if (accept(cursor, kind)) return { kind };
  }
  if (accept(cursor, 'RFC822.HEADER')) return section('HEADER', 'RFC822.HEADER', false);
  if (accept(cursor, 'RFC822.TEXT')) return section('TEXT', 'RFC822.TEXT', true);
  if (accept(cursor, 'RFC822')) return section('', 'RFC822', true);
  throw new ImapSyntaxError('an item of FETCH');
}

/** The FETCH responses of some messages; reading a body marks it as seen. */
export function fetchMessages(
  view: MailboxView,
  chosen: readonly Numbered[],
  items: readonly FetchItem[],
  withUid: boolean,
): Buffer[] {
  const marksSeen =
    items.some((item) => item.kind === 'section' && item.marksSeen) &&
    (!view.readOnly || view.mistakes?.examineMarksSeen === true);
  return chosen.map(({ number, message }) => {
    const newlySeen = marksSeen && !message.flags.has('\\Seen');
    if (newlySeen) view.mailbox.setFlags(message.uid, new Set([...message.flags, '\\Seen']));
    const current = { ...(view.mailbox.find(message.uid) ?? message), content: message.content };
    const wanted: FetchItem[] = [...items];
    if (withUid && !items.some(({ kind }) => kind === 'UID')) wanted.unshift({ kind: 'UID' });
    if (newlySeen && !items.some(({ kind }) => kind === 'FLAGS')) wanted.push({ kind: 'FLAGS' });
    if (wanted.some(({ kind }) => kind === 'FLAGS')) view.told(current);
    return untagged(`${number} FETCH `, list(wanted.map((item) => render(view, current, item))));
  });
}

function render(view: MailboxView, message: StoredMessage, item: FetchItem): Buffer {
  const fact = (value: Buffer) => Buffer.concat([octets(`${item.kind} `), value]);
  switch (item.kind) {
    case 'FLAGS':
      return fact(view.flagsOf(message));
    case 'UID':
      return fact(octets(String(message.uid)));
    case 'INTERNALDATE':
      return fact(octets(`"${formatDateTime(message.internalDate)}"`));
    case 'RFC822.SIZE':
      return fact(octets(String(sizeOf(view, message))));
    case 'ENVELOPE':
      return fact(envelope(parseMime(message.content).split.fields));
    case 'BODY':
    case 'BODYSTRUCTURE':
      return fact(bodyStructure(parseMime(message.content), item.kind === 'BODYSTRUCTURE'));
    case 'section': {
      const content = readSection(message.content, item.section);
      return Buffer.concat([octets(`${item.name} `), content ? literal(content) : octets('NIL')]);
    }
  }
}

function sizeOf({ mistakes }: MailboxView, { content }: StoredMessage): number {
  if (!mistakes?.sizesWithoutLineEnds) return content.length;
  return content.length - (content.toString('latin1').match(/\r\n/g)?.length ?? 0) * 2;
}
