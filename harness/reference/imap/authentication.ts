import { base64, line } from '../../wire/bytes.ts';
import { mailboxClient } from '../pop-before-smtp/asserted-address.ts';
import { type BrokenOff, decodeBase64, EMPTY, runExchange, type SaslOutcome } from '../sasl/exchange.ts';
import { AUTH_LINE_LIMIT } from '../sasl/limits.ts';
import { checkPassword } from '../sasl/password.ts';
import { throttle } from '../session/login-throttle.ts';
import { upgrade } from '../session/upgrade.ts';
import { upgradeConduct } from '../session/upgrade-conduct.ts';
import type { Site } from '../site.ts';
import { capabilities, imapMechanisms } from './capabilities.ts';
import { untagged } from './encoding.ts';
import { astring, atEnd, atom, type Cursor, cursorOver, expect, expectEnd } from './parser.ts';
import { bad, IDLE_MS, type ImapResult, type ImapSession, no, ok } from './session.ts';

export const PRIVACY_REQUIRED = no('[PRIVACYREQUIRED] TLS is required, use STARTTLS first');
const LOGIN_DISABLED = no('[CANNOT] LOGIN is disabled, use AUTHENTICATE');
const FAILED = no('[AUTHENTICATIONFAILED] Authentication failed');
export const ALREADY = bad('Already logged in');

/** LOGIN before TLS is refused without a look at its arguments, but for faults. */
export function loginNeedsTls({ site, connection }: ImapSession): boolean {
  return (
    !connection.tls &&
    !site.faulty('imap-accepts-login-before-tls') &&
    !site.faulty('imap-refuses-right-password-differently')
  );
}

/** LOGIN (RFC 9051 §6.2.3). */
export async function login(session: ImapSession, cursor: Cursor): Promise<ImapResult> {
  const { site, connection } = session;
  if (session.account) return ALREADY;
  if (loginNeedsTls(session)) return PRIVACY_REQUIRED;
  if (site.life.loginDisabled) return LOGIN_DISABLED;
  expect(cursor, ' ');
  const name = toText(astring(cursor));
  expect(cursor, ' ');
  const password = toText(astring(cursor));
  expectEnd(cursor);
  if (!connection.tls && site.faulty('imap-refuses-right-password-differently')) {
    return site.directory.withPassword(name, password) ? PRIVACY_REQUIRED : FAILED;
  }
  return conclude(session, checkPassword({ site, tls: connection.tls }, name, password));
}

function toText(oneCharacterPerOctet: string): string {
  return Buffer.from(oneCharacterPerOctet, 'latin1').toString('utf8');
}

/** AUTHENTICATE (RFC 9051 §6.2.2), with initial response (RFC 4959). */
export async function authenticate(session: ImapSession, cursor: Cursor): Promise<ImapResult> {
  const { site, connection } = session;
  if (session.account) return ALREADY;
  const mechanisms = imapMechanisms(session);
  if (!connection.tls && mechanisms.length === 0) return PRIVACY_REQUIRED;
  expect(cursor, ' ');
  const name = atom(cursor).toUpperCase();
  const initial = atEnd(cursor) ? undefined : initialResponse(cursor);
  const mechanism = mechanisms.find((candidate) => candidate.name === name);
  if (!mechanism) return connection.tls ? no('[CANNOT] Unrecognized mechanism') : PRIVACY_REQUIRED;
  if (initial !== undefined && !mechanism.clientFirst) return bad('This mechanism takes no initial response');
  const first = initial === undefined ? undefined : initial === '=' ? EMPTY : decode(site, initial);
  if (initial !== undefined && !first) return bad('Cannot decode base64');
  const steps = mechanism.start({ site, tls: connection.tls });
  const outcome = await runExchange(steps, first, async (challenge) => {
    await connection.send(line(`+ ${base64(challenge)}`));
    return readResponse(session);
  });
  return 'brokenOff' in outcome ? outcome.brokenOff : conclude(session, outcome);
}

function initialResponse(cursor: Cursor): string {
  expect(cursor, ' ');
  const text = astring(cursor);
  expectEnd(cursor);
  return text;
}

/** Fault: what is no base64 is skipped instead of being refused. */
function decode(site: Site, text: string): Buffer | undefined {
  return site.faulty('imap-accepts-bad-base64') ? Buffer.from(text, 'base64') : decodeBase64(text);
}

async function readResponse(session: ImapSession): Promise<Buffer | BrokenOff<ImapResult>> {
  const { site, connection } = session;
  const rules = { limit: AUTH_LINE_LIMIT, withinMs: IDLE_MS.before };
  const input = await connection.readLine('a SASL response', rules);
  if (input.kind === 'overlong') return { brokenOff: bad('Authentication exchange line is too long') };
  const text = input.bytes.toString('latin1');
  if (text === '*') return { brokenOff: bad('Authentication cancelled') };
  const [, tag] = /^(\S+) STARTTLS$/.exec(text) ?? [];
  if (tag !== undefined && site.faulty('begun-login-survives-upgrade')) {
    await starttls(session, tag, cursorOver([''], []), async () => undefined);
    return readResponse(session);
  }
  return decode(site, text) ?? { brokenOff: bad('Cannot decode base64') };
}

async function conclude(session: ImapSession, outcome: SaslOutcome): Promise<ImapResult> {
  if (outcome.ok) {
    session.account = outcome.account;
    session.site.grants.loggedIn(mailboxClient(session, 'imap'), outcome.account);
    return ok(`[CAPABILITY ${capabilities(session)}] Logged in`);
  }
  if (outcome.why === 'malformed') return bad('Malformed authentication message');
  session.site.grants.loginFailed(mailboxClient(session, 'imap'));
  const revealed = outcome.why === 'unknown-login' && session.site.faulty('imap-reveals-unknown-user');
  if ((await throttle(session)) === 'go-on') return revealed ? no('Unknown user') : FAILED;
  return { ...FAILED, untagged: [untagged('BYE Too many failed logins')], closes: true };
}

/** STARTTLS (RFC 9051 §6.2.1): before login only, and only once. */
export async function starttls(
  session: ImapSession,
  tag: string,
  cursor: Cursor,
  execute: () => Promise<unknown>,
): Promise<ImapResult | 'upgraded' | 'closed'> {
  const { site, connection, account } = session;
  expectEnd(cursor);
  const text = 'Begin TLS negotiation now';
  if (account && !site.faulty('upgrade-accepted-after-login')) return bad('Only before login');
  if (connection.tls) {
    if (site.faulty('closes-on-second-upgrade')) return 'closed';
    return site.faulty('answers-second-upgrade') || account ? ok(text) : bad('TLS is already active');
  }
  if (!site.offers('imap-starttls') || site.faulty('imap-omits-starttls')) return bad('Unknown command');
  const state = await upgrade(connection, {
    conduct: upgradeConduct(site, 'imap'),
    context: site.certificate.context,
    goAhead: line(`${tag} OK ${text}`),
    complaint: line(`${tag} BAD TLS handshake failed`),
    idleMs: IDLE_MS.before,
    // Nothing is remembered from before but the number of failures, which a client must not reset.
    forget: () => undefined,
    execute,
  });
  return state === 'closed' ? 'closed' : 'upgraded';
}
