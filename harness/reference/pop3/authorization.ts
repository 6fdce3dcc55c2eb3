import { createHash, timingSafeEqual } from 'node:crypto';
import { base64, line } from '../../wire/bytes.ts';
import type { ReferenceAccount } from '../accounts.ts';
import { shownTo } from '../message/for-old-sessions.ts';
import { mailboxClient } from '../pop-before-smtp/asserted-address.ts';
import { type BrokenOff, decodeBase64, EMPTY, runExchange, type SaslOutcome } from '../sasl/exchange.ts';
import { AUTH_LINE_LIMIT } from '../sasl/limits.ts';
import { checkPassword } from '../sasl/password.ts';
import { throttle } from '../session/login-throttle.ts';
import type { Site } from '../site.ts';
import { timestampsFor } from './apop-timestamp.ts';
import { pop3Mechanisms } from './capabilities.ts';
import { comesTooEarly } from './login-delay.ts';
import { addressOfMaildrop, maildropOver } from './maildrop.ts';
import { closing, err, IDLE_MS, ok, type Pop3Response, type Pop3Session } from './session.ts';

const TLS_REQUIRED = err('TLS is required, use STLS first', 'SYS/PERM');
const LOGIN_FAILED = err('Authentication failed', 'AUTH');
const ALREADY = err('Already logged in');

/** USER (RFC 1939 §7): always welcome inside TLS, so that it tells nothing of accounts. */
export function user(session: Pop3Session, name: string): Pop3Response {
  if (session.maildrop) return ALREADY;
  if (!session.connection.tls && !takesUserBeforeTls(session)) return TLS_REQUIRED;
  if (name === '') return err('Syntax: USER name');
  if (session.site.faulty('pop3-reveals-unknown-user') && !session.site.directory.find(name))
    return err('No such user');
  session.user = name;
  return ok('Send PASS');
}

function takesPasswordBeforeTls(site: Site): boolean {
  return (
    site.faulty('pop3-accepts-user-pass-before-tls') ||
    site.faulty('pop3-login-in-clear-opens-relay') ||
    site.faulty('pop-before-smtp-opened-by-cleartext-login')
  );
}

function takesUserBeforeTls({ site }: Pop3Session): boolean {
  return (
    takesPasswordBeforeTls(site) ||
    site.faulty('pop3-solicits-password-before-tls') ||
    site.faulty('begun-login-survives-upgrade') ||
    site.faulty('pop3-refuses-right-password-differently')
  );
}

/** PASS (RFC 1939 §7); the password is all that stands after the first space. */
export async function pass(session: Pop3Session, password: string): Promise<Pop3Response> {
  const { site, connection } = session;
  if (session.maildrop) return ALREADY;
  const name = session.user ?? nameByPassword(site, password);
  session.user = undefined;
  if (!connection.tls && !takesPasswordBeforeTls(site)) {
    if (name === undefined || !site.faulty('pop3-refuses-right-password-differently')) return TLS_REQUIRED;
    return site.directory.withPassword(name, password) ? err('TLS required') : err('wrong password', 'AUTH');
  }
  if (name === undefined) return err('Send USER first');
  return conclude(session, checkPassword({ site, tls: connection.tls }, name, password));
}

/** Fault: whose password it is. */
function nameByPassword(site: Site, password: string): string | undefined {
  if (!site.faulty('pop3-takes-pass-without-user')) return undefined;
  return site.directory.accounts.find((account) => account.password === password)?.address;
}

/** APOP (RFC 1939 §7): MD5 over timestamp and password, in lower-case hexadecimal. */
export async function apop(session: Pop3Session, argument: string): Promise<Pop3Response> {
  const { site, connection, timestamp } = session;
  if (session.maildrop) return ALREADY;
  if (timestamp === undefined) return connection.tls ? err('APOP is not available') : TLS_REQUIRED;
  const match = /^(\S+) ([0-9a-f]{32})$/.exec(argument);
  const account = site.directory.find(match?.[1] ?? '');
  const given = Buffer.from(match?.[2] ?? '', 'hex');
  const proven =
    account && timestampsFor(session, timestamp).some((each) => digestFits(each, account, given));
  return conclude(session, proven ? { ok: true, account } : { ok: false, why: 'wrong-secret' });
}

function digestFits(timestamp: string, { password }: ReferenceAccount, given: Buffer): boolean {
  const expected = createHash('md5')
    .update(timestamp + password)
    .digest();
  return given.length === expected.length && timingSafeEqual(expected, given);
}

/** AUTH (RFC 5034 §4). */
export async function auth(session: Pop3Session, argument: string): Promise<Pop3Response> {
  const { site, connection } = session;
  if (session.maildrop) return site.faulty('pop3-auth-accepted-twice') ? ok('Logged in') : ALREADY;
  const [name = '', initial, ...extra] = argument.split(' ');
  const mechanism = pop3Mechanisms(session).find((candidate) => candidate.name === name.toUpperCase());
  if (!mechanism && !connection.tls) return TLS_REQUIRED;
  if (name === '' || extra.length > 0) return err('Syntax: AUTH mechanism [initial-response]');
  if (!mechanism) return err('Unrecognized authentication mechanism');
  if (initial !== undefined && !mechanism.clientFirst) return err('This mechanism takes no initial response');
  const first = initial === undefined ? undefined : initial === '=' ? EMPTY : decode(site, initial);
  if (initial !== undefined && !first) return err('Cannot decode base64');
  const steps = mechanism.start({ site, tls: connection.tls });
  const outcome = await runExchange(steps, first, async (challenge) => {
    await connection.send(line(`+ ${base64(challenge)}`));
    return readResponse(session);
  });
  if ('brokenOff' in outcome) return outcome.brokenOff;
  return conclude(session, outcome);
}

/** Fault: what is no base64 is skipped instead of being refused. */
function decode(site: Site, text: string): Buffer | undefined {
  return site.faulty('pop3-accepts-bad-base64') ? Buffer.from(text, 'base64') : decodeBase64(text);
}

async function readResponse({ site, connection }: Pop3Session): Promise<Buffer | BrokenOff<Pop3Response>> {
  const input = await connection.readLine('a SASL response', { limit: AUTH_LINE_LIMIT, withinMs: IDLE_MS });
  if (input.kind === 'overlong') return { brokenOff: err('Authentication exchange line is too long') };
  const text = input.bytes.toString('latin1');
  if (text === '*') return { brokenOff: err('Authentication cancelled') };
  return decode(site, text) ?? { brokenOff: err('Cannot decode base64') };
}

async function conclude(session: Pop3Session, outcome: SaslOutcome): Promise<Pop3Response> {
  if (outcome.ok) return openMaildrop(session, outcome.account);
  if (outcome.why === 'malformed') return err('Malformed authentication message');
  session.site.grants.loginFailed(mailboxClient(session, 'pop3'));
  return (await throttle(session)) === 'end' ? closing(LOGIN_FAILED) : LOGIN_FAILED;
}

/** Locks the mailbox and takes it as it is now (RFC 1939 §4). */
function openMaildrop(session: Pop3Session, account: ReferenceAccount): Pop3Response {
  const { site } = session;
  const store = site.store.of(addressOfMaildrop(site, account));
  const shared = site.faulty('pop3-numbers-shift');
  const release = shared ? () => undefined : store.lock();
  if (!release) return err('The mailbox is open in another session', 'IN-USE');
  if (comesTooEarly(site, store)) {
    release();
    return err('The last login was a moment ago', 'LOGIN-DELAY');
  }
  const { inbox } = store;
  const messages = shared
    ? inbox.messages
    : inbox.messages.map((message) => shownTo(site, session.isUtf8, message));
  session.maildrop = maildropOver({ site, account, mailbox: inbox, messages, release });
  session.site.grants.loggedIn(mailboxClient(session, 'pop3'), account);
  return ok(`${messages.length} messages`);
}
