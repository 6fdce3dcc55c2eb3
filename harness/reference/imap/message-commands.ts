import type { MailAccountStore } from '../store/mail-store.ts';
import { untagged } from './encoding.ts';
import { fetchMessages, parseFetchItems } from './fetch.ts';
import { canonicalFlag } from './flags.ts';
import {
  accept,
  astring,
  type Cursor,
  expect,
  expectEnd,
  flag,
  flagList,
  ImapSyntaxError,
  peek,
  sequenceText,
} from './parser.ts';
import { parseSearch } from './search.ts';
import { inSequenceSet } from './sequence-set.ts';
import { type ImapResult, type ImapSession, no, ok } from './session.ts';
import type { MailboxView, Numbered } from './view.ts';

const READ_ONLY = no('[READ-ONLY] Mailbox was opened for reading');

/** Messages of a sequence set of numbers, or of UIDs. */
function chosen(view: MailboxView, cursor: Cursor, byUid: boolean): readonly Numbered[] {
  const { largest } = view;
  const within = inSequenceSet(sequenceText(cursor), byUid ? largest.uid : largest.number);
  return view.numbered().filter(({ number, message }) => within(byUid ? message.uid : number));
}

/** FETCH and UID FETCH (RFC 9051 §6.4.5). */
export function fetch(view: MailboxView, cursor: Cursor, byUid: boolean): ImapResult {
  expect(cursor, ' ');
  const messages = chosen(view, cursor, byUid);
  expect(cursor, ' ');
  const items = parseFetchItems(cursor);
  return { ...ok('Fetched', fetchMessages(view, messages, items, byUid)), keepsNumbers: !byUid };
}

/** STORE and UID STORE (RFC 9051 §6.4.6). */
export function store(
  { site }: Pick<ImapSession, 'site'>,
  view: MailboxView,
  cursor: Cursor,
  byUid: boolean,
): ImapResult {
  expect(cursor, ' ');
  const messages = chosen(view, cursor, byUid);
  expect(cursor, ' ');
  const sign = accept(cursor, '+') ? '+' : accept(cursor, '-') ? '-' : '=';
  expect(cursor, 'FLAGS');
  const silent = accept(cursor, '.SILENT');
  expect(cursor, ' ');
  const given = flags(cursor).map(canonicalFlag);
  expectEnd(cursor);
  if (view.readOnly) return READ_ONLY;
  const responses = messages.flatMap(({ number, message }) => {
    const kept = [...message.flags].filter((name) => sign === '+' || (sign === '-' && !given.includes(name)));
    const flags = new Set(sign === '-' ? kept : [...kept, ...given]);
    const forgets = site.faulty('imap-forgets-flags');
    if (!forgets) view.mailbox.setFlags(message.uid, flags);
    const changed = forgets ? { ...message, flags } : (view.mailbox.find(message.uid) ?? message);
    view.told(changed);
    const uid = byUid ? `UID ${message.uid} ` : '';
    return silent ? [] : [untagged(`${number} FETCH (${uid}FLAGS `, view.flagsOf(changed), ')')];
  });
  return { ...ok('Stored', responses), keepsNumbers: !byUid };
}

function flags(cursor: Cursor): string[] {
  if (peek(cursor) === '(') return flagList(cursor);
  const found = [flag(cursor)];
  while (accept(cursor, ' ')) found.push(flag(cursor));
  return found;
}

/** SEARCH and UID SEARCH (RFC 9051 §6.4.4, in the form of RFC 3501 §7.2.5). */
export function search(view: MailboxView, cursor: Cursor, byUid: boolean): ImapResult {
  expect(cursor, ' ');
  const test = parseSearch(cursor, view);
  if (test === 'unknown-charset') return no('[BADCHARSET (US-ASCII UTF-8)] Unknown charset');
  expectEnd(cursor);
  const found = view.numbered().filter(test);
  const numbers = found.map(({ number, message }) => (byUid ? message.uid : number));
  return { ...ok('Searched', [untagged(['SEARCH', ...numbers].join(' '))]), keepsNumbers: !byUid };
}

/** COPY and UID COPY (RFC 9051 §6.4.7). */
export function copy(
  view: MailboxView,
  account: MailAccountStore,
  cursor: Cursor,
  byUid: boolean,
): ImapResult {
  expect(cursor, ' ');
  const messages = chosen(view, cursor, byUid);
  expect(cursor, ' ');
  const target = account.find(astring(cursor));
  expectEnd(cursor);
  if (!target) return no('[TRYCREATE] No such mailbox');
  for (const { message } of messages) target.add(message);
  return ok('Copied');
}

/** EXPUNGE (RFC 9051 §6.4.3); the news after the command tell the numbers. */
export function expunge(view: MailboxView, cursor: Cursor): ImapResult {
  expectEnd(cursor);
  if (view.readOnly) return READ_ONLY;
  removeDeleted(view);
  return ok('Expunged');
}

/** Removes messages that carry \Deleted, as CLOSE does without a word (RFC 9051 §6.4.1). */
export function removeDeleted(view: MailboxView): void {
  if (view.readOnly && !view.mistakes?.examineExpunges) return;
  for (const { message } of view.numbered()) {
    if (message.flags.has('\\Deleted')) view.mailbox.remove(message.uid);
  }
}

/** UID and the command after it. */
export function uidCommand(
  session: Pick<ImapSession, 'site'>,
  view: MailboxView,
  account: MailAccountStore,
  cursor: Cursor,
): ImapResult {
  expect(cursor, ' ');
  if (accept(cursor, 'FETCH')) return fetch(view, cursor, true);
  if (accept(cursor, 'STORE')) return store(session, view, cursor, true);
  if (accept(cursor, 'SEARCH')) return search(view, cursor, true);
  if (accept(cursor, 'COPY')) return copy(view, account, cursor, true);
  throw new ImapSyntaxError('FETCH, STORE, SEARCH or COPY after UID');
}
