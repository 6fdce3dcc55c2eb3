import { CR, CRLF, LF, NUL } from '../../wire/bytes.ts';
import { shownTo } from '../message/for-old-sessions.ts';
import type { Site } from '../site.ts';
import type { MailAccountStore } from '../store/mail-store.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { parseDateTime } from './dates.ts';
import { nstring, octets, untagged } from './encoding.ts';
import { canonicalFlag, SYSTEM_FLAGS } from './flags.ts';
import { namesOfOthers, openStore } from './foreign-mailboxes.ts';
import {
  accept,
  astring,
  atom,
  type Cursor,
  expect,
  expectEnd,
  flagList,
  ImapSyntaxError,
  listMailbox,
  peek,
  string,
  takeLiteral,
} from './parser.ts';
import { type ImapResult, type ImapSession, no, ok } from './session.ts';
import { openView } from './view.ts';

/** Hierarchy separator of mailbox names. */
const SEPARATOR = '/';
const NOT_FOUND = no('[NONEXISTENT] No such mailbox');

/** The mail of the user of this session; the first account's where a fault asks no login. */
export function storeOf({ site, account, connection, role }: ImapSession): MailAccountStore | undefined {
  const unguarded = role === 'imap' && connection.tls && site.faulty('imap-serves-mailbox-without-login');
  const owner = account ?? (unguarded ? site.directory.accounts[0] : undefined);
  return (
    owner &&
    (site.faulty('imap-selects-foreign-mailbox') ? openStore(site, owner) : site.store.of(owner.address))
  );
}

/** SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3). */
export function select(
  session: ImapSession,
  store: MailAccountStore,
  cursor: Cursor,
  readOnly: boolean,
): ImapResult {
  const mailbox = store.find(nameArgument(cursor));
  session.view = undefined;
  if (!mailbox) return NOT_FOUND;
  const { site } = session;
  const view = openView(
    mailbox,
    readOnly,
    {
      expungeUntold: site.faulty('imap-expunge-untold'),
      sizesWithoutLineEnds: site.faulty('imap-size-without-line-ends'),
      arrivalsUntold: site.faulty('imap-arrivals-untold'),
      examineMarksSeen: site.faulty('imap-examine-marks-seen'),
      examineExpunges: site.faulty('imap-examine-expunges'),
      expungeNumbersStandStill: site.faulty('imap-expunge-numbers-stand-still'),
    },
    (message) => shownTo(site, session.isUtf8, message),
  );
  session.view = view;
  const messages = view.numbered();
  const unseen = messages.find(({ message }) => !message.flags.has('\\Seen'));
  const recent = messages.filter(({ message }) => view.isRecent(message.uid)).length;
  const flags = SYSTEM_FLAGS.join(' ');
  return ok(`[${readOnly ? 'READ-ONLY' : 'READ-WRITE'}] Mailbox selected`, [
    untagged(`FLAGS (${flags})`),
    untagged(`OK [PERMANENTFLAGS (${readOnly ? '' : `${flags} \\*`})] Limited`),
    untagged(`${messages.length} EXISTS`),
    untagged(`${recent} RECENT`),
    ...(unseen ? [untagged(`OK [UNSEEN ${unseen.number}] First unseen`)] : []),
    untagged(`OK [UIDVALIDITY ${uidValidity(site, mailbox)}] UIDs valid`),
    untagged(`OK [UIDNEXT ${mailbox.uidNext}] Predicted next UID`),
  ]);
}

/** Faults: a number that rises with every look, and one that says nothing. */
let looks = 0;
function uidValidity(site: Site, mailbox: Mailbox): number {
  if (site.faulty('imap-uidvalidity-is-always-one')) return 1;
  return mailbox.uidValidity + (site.faulty('imap-uidvalidity-changes') ? ++looks : 0);
}

function nameArgument(cursor: Cursor): string {
  expect(cursor, ' ');
  const name = astring(cursor);
  expectEnd(cursor);
  return name;
}

/** A name that a user may give to a mailbox: visible ASCII, no empty and no dotted part. */
function isMailboxName(name: string): boolean {
  const parts = name.split(SEPARATOR);
  return (
    /^[\x21-\x7e ]{1,255}$/.test(name) && parts.every((part) => part !== '' && !/^\.+$|[*%"\\]/.test(part))
  );
}

/** CREATE (RFC 9051 §6.3.4), with the superior names. */
export function create(store: MailAccountStore, cursor: Cursor): ImapResult {
  const name = nameArgument(cursor).replace(/\/$/, '');
  if (!isMailboxName(name)) return no('[CANNOT] Not a mailbox name');
  if (store.find(name)) return no('[ALREADYEXISTS] Mailbox already exists');
  const parts = name.split(SEPARATOR);
  parts.forEach((_part, at) => void store.create(parts.slice(0, at + 1).join(SEPARATOR)));
  return ok('Mailbox created');
}

/** DELETE (RFC 9051 §6.3.5). */
export function remove(store: MailAccountStore, cursor: Cursor): ImapResult {
  const name = nameArgument(cursor);
  if (store.names().some((other) => other.startsWith(name + SEPARATOR)))
    return no('[HASCHILDREN] Mailbox has inferiors');
  return store.delete(name) ? ok('Mailbox deleted') : NOT_FOUND;
}

/** RENAME (RFC 9051 §6.3.6). */
export function rename(
  { site }: Pick<ImapSession, 'site'>,
  store: MailAccountStore,
  cursor: Cursor,
): ImapResult {
  expect(cursor, ' ');
  const from = astring(cursor);
  const to = nameArgument(cursor);
  if (!store.find(from)) return NOT_FOUND;
  if (!isMailboxName(to)) return no('[CANNOT] Not a mailbox name');
  if (site.faulty('imap-rename-does-nothing')) return ok('Mailbox renamed');
  return store.rename(from, to) ? ok('Mailbox renamed') : no('[ALREADYEXISTS] Mailbox already exists');
}

/** SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8). */
export function subscribe(store: MailAccountStore, cursor: Cursor, wanted: boolean): ImapResult {
  const name = nameArgument(cursor);
  if (wanted && !store.find(name)) return NOT_FOUND;
  if (wanted) store.subscriptions.add(name);
  else store.subscriptions.delete(name);
  return ok('Done');
}

/** LIST and LSUB (RFC 3501 §6.3.8, §6.3.9). */
export function list(
  session: ImapSession,
  store: MailAccountStore,
  cursor: Cursor,
  verb: 'LIST' | 'LSUB',
): ImapResult {
  expect(cursor, ' ');
  const reference = astring(cursor);
  expect(cursor, ' ');
  const pattern = listMailbox(cursor);
  expectEnd(cursor);
  if (pattern === '') return ok('Done', [untagged(`${verb} (\\Noselect) "${SEPARATOR}" ""`)]);
  const matches = matcher(reference + pattern);
  const names = verb === 'LIST' ? [...store.names(), ...namesOfOthers(session)] : [...store.subscriptions];
  return ok(
    'Done',
    names.filter(matches).map((name) => untagged(`${verb} () "${SEPARATOR}" `, nstring(name))),
  );
}

/** `*` matches anything, `%` anything but the separator; INBOX has no letter case. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\%]/g, (special) =>
    special === '*' ? '.*' : special === '%' ? `[^${SEPARATOR}]*` : `\\${special}`,
  );
  const exact = new RegExp(`^${source}$`, 's');
  const caseless = new RegExp(`^${source}$`, 'is');
  return (name) => (name === 'INBOX' ? caseless : exact).test(name);
}

/** STATUS (RFC 3501 §6.3.10). */
export function status(store: MailAccountStore, cursor: Cursor): ImapResult {
  expect(cursor, ' ');
  const name = astring(cursor);
  expect(cursor, ' (');
  const items: string[] = [];
  do items.push(atom(cursor).toUpperCase());
  while (accept(cursor, ' '));
  expect(cursor, ')');
  expectEnd(cursor);
  const mailbox = store.find(name);
  if (!mailbox) return NOT_FOUND;
  const facts: Readonly<Record<string, number>> = {
    MESSAGES: mailbox.messages.length,
    RECENT: mailbox.recent(false).length,
    UIDNEXT: mailbox.uidNext,
    UIDVALIDITY: mailbox.uidValidity,
    UNSEEN: mailbox.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
  };
  const values = items.map((item) => {
    const value = facts[item];
    if (value === undefined) throw new ImapSyntaxError('a status item');
    return `${item} ${value}`;
  });
  return ok('Done', [untagged('STATUS ', nstring(name), octets(` (${values.join(' ')})`))]);
}

/** APPEND (RFC 9051 §6.3.12). */
export function append(
  { site }: Pick<ImapSession, 'site'>,
  store: MailAccountStore,
  cursor: Cursor,
): ImapResult {
  expect(cursor, ' ');
  const name = astring(cursor);
  expect(cursor, ' ');
  const flags = peek(cursor) === '(' ? flagList(cursor).map(canonicalFlag) : [];
  if (flags.length > 0) expect(cursor, ' ');
  const date = peek(cursor) === '"' ? parseDateTime(string(cursor)) : undefined;
  if (date) expect(cursor, ' ');
  const content = takeLiteral(cursor);
  if (!content) throw new ImapSyntaxError('a literal');
  expectEnd(cursor);
  if (site.faulty('imap-append-makes-mailbox')) store.create(name);
  const mailbox = store.find(name);
  if (!mailbox) return no('[TRYCREATE] No such mailbox');
  if (hasStrayOctets(content)) return no('[CANNOT] Bare CR, bare LF and NUL are not allowed in a message');
  mailbox.add({ content, flags: new Set(flags), ...(date ? { internalDate: date } : {}) });
  return ok('Message appended');
}

function hasStrayOctets(content: Buffer): boolean {
  const text = content.toString('latin1').split(CRLF.toString());
  return text.some((part) => [CR, LF, NUL].some((octet) => part.includes(octet.toString())));
}

/** NAMESPACE (RFC 2342): one's own mailboxes and no others. */
export function namespace(cursor: Cursor): ImapResult {
  expectEnd(cursor);
  return ok('Done', [untagged(`NAMESPACE (("" "${SEPARATOR}")) NIL NIL`)]);
}
