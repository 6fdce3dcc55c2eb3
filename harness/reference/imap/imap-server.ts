import { CRLF, line } from '../../wire/bytes.ts';
import { believes, mailboxClient } from '../pop-before-smtp/asserted-address.ts';
import type { ServerConnection } from '../session/connection.ts';
import { IdleTooLong } from '../session/endings.ts';
import type { Site } from '../site.ts';
import { ALREADY, authenticate, login, loginNeedsTls, PRIVACY_REQUIRED, starttls } from './authentication.ts';
import { capabilities } from './capabilities.ts';
import { readCommand } from './command-reader.ts';
import { octets, untagged } from './encoding.ts';
import {
  append,
  create,
  list,
  namespace,
  remove,
  rename,
  select,
  status,
  storeOf,
  subscribe,
} from './mailbox-commands.ts';
import { copy, expunge, fetch, removeDeleted, search, store, uidCommand } from './message-commands.ts';
import { type Cursor, expectEnd, ImapSyntaxError } from './parser.ts';
import { bad, ERROR_LIMIT, type ImapResult, type ImapRole, type ImapSession, ok } from './session.ts';

type Outcome = ImapResult | 'upgraded' | 'closed';

const LOG_IN_FIRST = bad('Log in first');
const SELECT_FIRST = bad('Select a mailbox first');
const UNKNOWN = bad('Unknown command');

/** Serves one IMAP connection to its end (RFC 3501; RFC 9051 where it is stricter). */
export async function serveImap(site: Site, role: ImapRole, connection: ServerConnection): Promise<void> {
  const session: ImapSession = {
    site,
    connection,
    role,
    account: undefined,
    view: undefined,
    isUtf8: false,
    assertedAddress: undefined,
    failedLogins: 0,
    errors: 0,
  };
  site.grants.connected(mailboxClient(session, 'imap'));
  if (role === 'imaps') await connection.startTls(site.certificate.context);
  await connection.pause(site.life.greetingDelayMs ?? 0);
  await connection.send(greeting(session));
  try {
    while (await executeNext(session)) {
      // The loop body is the condition.
    }
  } catch (failure) {
    if (!(failure instanceof IdleTooLong)) {
      if (session.view && site.faulty('imap-expunges-on-disconnect')) removeDeleted(session.view);
      throw failure;
    }
    await connection.send(untagged('BYE Idle for too long'));
  }
}

function greeting(session: ImapSession): Buffer {
  const { site, role } = session;
  const preauthenticated = role === 'imap' && site.faulty('imap-sends-preauth');
  if (preauthenticated) session.account = site.directory.accounts[0];
  const all = capabilities(session);
  const listed = site.life.greetsWithFewCapabilities
    ? all.replace(/ (LITERAL-|NAMESPACE|UNSELECT)/g, '')
    : all;
  const disagrees = role === 'imap' && site.faulty('imap-greeting-capabilities-disagree');
  const shown = disagrees ? listed.replace(' LOGINDISABLED', '') : listed;
  const text = `${preauthenticated ? 'PREAUTH' : 'OK'} [CAPABILITY ${shown}] ${site.hostname} ready`;
  return site.faulty('imap-greets-without-asterisk') ? line(text) : untagged(text);
}

/** Reads and executes one command; false when it was the last one. */
async function executeNext(session: ImapSession): Promise<boolean> {
  const { connection } = session;
  const command = await readCommand(session, (verb) => objectionToLiteral(session, verb));
  if (command.kind === 'refused') {
    await connection.send(command.response);
    return !command.closes && goesOn(session, true);
  }
  const { tag } = command;
  const outcome = await execute(session, tag, command.verb, command.cursor);
  if (outcome === 'closed') return false;
  if (outcome === 'upgraded') return true;
  const mayExpunge = !outcome.keepsNumbers || session.site.faulty('imap-expunge-during-fetch');
  const news = session.view?.news(mayExpunge) ?? [];
  const tagged = Buffer.concat([octets(`${tag} ${outcome.status} ${outcome.text}`), CRLF]);
  const late = command.verb === 'CAPABILITY' && session.site.faulty('imap-capability-after-tagged');
  const responses = [...outcome.untagged, ...news];
  await connection.send(Buffer.concat(late ? [tagged, ...responses] : [...responses, tagged]));
  return !outcome.closes && goesOn(session, outcome.status === 'BAD');
}

/** Counts errors and ends the session of a client that makes too many. */
async function goesOn(session: ImapSession, isError: boolean): Promise<boolean> {
  const { connection, site } = session;
  if (!isError || ++session.errors < (site.life.errorLimit ?? ERROR_LIMIT)) return true;
  await connection.send(line('* BYE Too many errors'));
  return false;
}

/** Whether a command would be refused whatever its literal says: then the client is not asked for it. */
function objectionToLiteral(session: ImapSession, verb: string): string | undefined {
  const { account } = session;
  const refusal = ({ status, text }: ImapResult) => `${status} ${text}`;
  if (verb === 'LOGIN') {
    if (account) return refusal(ALREADY);
    return loginNeedsTls(session) ? refusal(PRIVACY_REQUIRED) : undefined;
  }
  if (verb === 'AUTHENTICATE') return refusal(bad('AUTHENTICATE takes no literal'));
  return storeOf(session) ? undefined : refusal(LOG_IN_FIRST);
}

async function execute(session: ImapSession, tag: string, verb: string, cursor: Cursor): Promise<Outcome> {
  try {
    switch (verb) {
      case 'CAPABILITY':
        expectEnd(cursor);
        return ok('Done', [untagged(`CAPABILITY ${capabilities(session)}`)]);
      case 'NOOP':
      case 'CHECK':
        expectEnd(cursor);
        return verb === 'CHECK' && !session.view ? SELECT_FIRST : ok('Done');
      case 'LOGOUT':
        expectEnd(cursor);
        session.view = undefined;
        return { ...ok('Bye', farewell(session)), closes: true };
      case 'STARTTLS':
        return await starttls(session, tag, cursor, () => executeNext(session));
      case 'LOGIN':
        return await login(session, cursor);
      case 'AUTHENTICATE':
        return await authenticate(session, cursor);
      case 'ID':
        return believes(session, cursor.texts.join('')) ? ok('Noted', [untagged('ID NIL')]) : UNKNOWN;
      case 'ENABLE':
        return enable(session, cursor);
      default:
        return executeLoggedIn(session, verb, cursor);
    }
  } catch (failure) {
    if (failure instanceof ImapSyntaxError) return bad(failure.message);
    throw failure;
  }
}

/** ENABLE (RFC 9051 §6.3.1), of UTF8=ACCEPT alone. */
function enable(session: ImapSession, cursor: Cursor): ImapResult {
  if (!session.site.life.wrapsForOldSessions) return UNKNOWN;
  if (!storeOf(session)) return LOG_IN_FIRST;
  session.isUtf8 ||= /\bUTF8=ACCEPT\b/i.test(cursor.texts.join(''));
  return ok('Done', [untagged(session.isUtf8 ? 'ENABLED UTF8=ACCEPT' : 'ENABLED')]);
}

function farewell({ site }: ImapSession): Buffer[] {
  return site.faulty('imap-logout-without-bye') ? [] : [untagged('BYE Logging out')];
}

function executeLoggedIn(session: ImapSession, verb: string, cursor: Cursor): ImapResult {
  if (!LOGGED_IN.has(verb) && !SELECTED.has(verb)) return UNKNOWN;
  const account = storeOf(session);
  if (!account) return LOG_IN_FIRST;
  switch (verb) {
    case 'SELECT':
      return select(session, account, cursor, false);
    case 'EXAMINE':
      return select(session, account, cursor, true);
    case 'CREATE':
      return create(account, cursor);
    case 'DELETE':
      return remove(account, cursor);
    case 'RENAME':
      return rename(session, account, cursor);
    case 'SUBSCRIBE':
      return subscribe(account, cursor, true);
    case 'UNSUBSCRIBE':
      return subscribe(account, cursor, false);
    case 'LIST':
    case 'LSUB':
      return list(session, account, cursor, verb);
    case 'NAMESPACE':
      return namespace(cursor);
    case 'STATUS':
      return status(account, cursor);
    case 'APPEND':
      return append(session, account, cursor);
  }
  const { view } = session;
  if (!view) return SELECT_FIRST;
  switch (verb) {
    case 'FETCH':
      return fetch(view, cursor, false);
    case 'STORE':
      return store(session, view, cursor, false);
    case 'SEARCH':
      return search(view, cursor, false);
    case 'COPY':
      return copy(view, account, cursor, false);
    case 'UID':
      return uidCommand(session, view, account, cursor);
    case 'EXPUNGE':
      return expunge(view, cursor);
    case 'CLOSE':
      expectEnd(cursor);
      if (!session.site.faulty('imap-close-keeps-marked')) removeDeleted(view);
      session.view = undefined;
      return ok('Closed');
    default:
      expectEnd(cursor);
      session.view = undefined;
      return ok('Unselected');
  }
}

const LOGGED_IN = new Set([
  'SELECT',
  'EXAMINE',
  'CREATE',
  'DELETE',
  'RENAME',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'LIST',
  'LSUB',
  'NAMESPACE',
  'STATUS',
  'APPEND',
]);
const SELECTED = new Set(['FETCH', 'STORE', 'SEARCH', 'COPY', 'UID', 'EXPUNGE', 'CLOSE', 'UNSELECT']);
