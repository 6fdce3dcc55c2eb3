import { base64, line } from '../../wire/bytes.ts';
import {
  type BrokenOff,
  decodeBase64,
  EMPTY,
  type Mechanism,
  runExchange,
  type SaslOutcome,
} from '../sasl/exchange.ts';
import { AUTH_LINE_LIMIT } from '../sasl/limits.ts';
import { mechanismsNamed } from '../sasl/offer.ts';
import { throttle } from '../session/login-throttle.ts';
import type { Site } from '../site.ts';
import { authOffer } from './auth-offer.ts';
import { TLS_FIRST } from './envelope.ts';
import { IDLE_MS } from './limits.ts';
import { closing, type Reply, reply } from './reply.ts';
import type { SmtpSession } from './session.ts';
import { starttls } from './starttls.ts';

const CUT_AT = 4_096;
const NOT_BASE64 = reply(501, '5.5.2', 'Cannot decode base64');
const CANCELLED = reply(501, '5.7.0', 'Authentication cancelled');
const WRONG = reply(535, '5.7.8', 'Authentication credentials invalid');
const SUCCESS = reply(235, '2.7.0', 'Authentication successful');
export const TOO_LONG = reply(500, '5.5.6', 'Authentication exchange line is too long');

/** AUTH (RFC 4954 §4). */
export async function auth(session: SmtpSession, argument: string): Promise<Reply> {
  const { site, connection } = session;
  const refused = refusalByState(session);
  if (refused) return refused;

  const [name = '', initial, ...extra] = argument.split(' ');
  if (name === '' || extra.length > 0)
    return reply(501, '5.5.4', 'Syntax: AUTH mechanism [initial-response]');
  if (!connection.tls && site.faulty('smtp-evaluates-password-before-tls') && session.role === 'submission') {
    return tellByPassword(session, name, initial);
  }
  const offered = authOffer(session).accepted;
  const mechanism = offered.find((candidate) => candidate.name === name.toUpperCase());
  if (!mechanism && !connection.tls) return tlsRequired(session);
  if (offered.length === 0) return reply(503, '5.5.1', 'Authentication is not enabled here');
  if (!mechanism) return unknownMechanism(session);
  if (site.faulty('auth-temporarily-unavailable')) {
    return reply(454, '4.7.0', 'Temporary authentication failure');
  }
  if (initial !== undefined && !mechanism.clientFirst) {
    return reply(501, '5.7.0', 'This mechanism takes no initial response');
  }
  if (
    initial === undefined &&
    name.toUpperCase() === 'PLAIN' &&
    site.faulty('auth-plain-needs-initial-response')
  ) {
    return reply(501, '5.5.4', 'Initial response required');
  }
  return conclude(session, mechanism, await exchange(session, mechanism, initial));
}

function refusalByState({ site, connection, hello, account, transaction }: SmtpSession): Reply | undefined {
  const needsHello = !connection.tls || !site.faulty('auth-accepted-before-ehlo');
  if (!hello?.extended && needsHello) return reply(503, '5.5.1', 'Send EHLO first');
  if (transaction) {
    const accepted = site.faulty('auth-accepted-in-transaction');
    return accepted ? undefined : reply(503, '5.5.1', 'Not during a mail transaction');
  }
  if (account && !site.faulty('auth-accepted-twice')) return reply(503, '5.5.1', 'Already authenticated');
  return undefined;
}

function tlsRequired({ role, site }: SmtpSession): Reply {
  if (role === 'submission' && site.life.putsOffBeforeTls) return TLS_FIRST;
  return role === 'mx'
    ? reply(503, '5.5.1', 'Authentication is not enabled here')
    : reply(530, '5.7.0', 'Must issue a STARTTLS command first');
}

async function unknownMechanism(session: SmtpSession): Promise<Reply> {
  const { site, connection } = session;
  if (site.faulty('auth-unknown-mechanism-challenged')) {
    await connection.send(line('334 '));
    await connection.readLine('a SASL response', { limit: AUTH_LINE_LIMIT, withinMs: IDLE_MS });
    return WRONG;
  }
  if (site.faulty('auth-unknown-mechanism-other-code')) return WRONG;
  return reply(504, '5.5.4', 'Unrecognized authentication mechanism');
}

/** Fault: the refusal before TLS tells whether the password was right. */
function tellByPassword(session: SmtpSession, name: string, initial: string | undefined): Reply {
  const message = initial === undefined ? undefined : decodeBase64(initial);
  if (name.toUpperCase() !== 'PLAIN' || !message) return tlsRequired(session);
  const [, login = '', password = ''] = message.toString().split('\0');
  return session.site.directory.withPassword(login, password)
    ? reply(538, '5.7.11', 'Encryption required for this authentication mechanism')
    : WRONG;
}

/** Runs the exchange in lines of base64. */
async function exchange(
  session: SmtpSession,
  mechanism: Mechanism,
  initial: string | undefined,
): Promise<SaslOutcome | BrokenOff<Reply>> {
  const { connection } = session;
  const response = initial === undefined || initial === '=' ? EMPTY : decodeResponse(session, initial);
  if (!response) return { brokenOff: NOT_BASE64 };
  const steps = mechanism.start({ site: siteOn(session), tls: connection.tls });
  return runExchange(steps, initial === undefined ? undefined : response, async (challenge) => {
    await connection.send(line(`334 ${base64(challenge)}`));
    return readResponse(session);
  });
}

/** The site with the faults that it has on this role alone. */
function siteOn({ site, role }: SmtpSession): Site {
  if (role !== 'submissions' || !site.faulty('submissions-accepts-empty-password')) return site;
  return { ...site, faulty: (fault) => fault === 'auth-accepts-empty-password' || site.faulty(fault) };
}

function decodeResponse({ site }: SmtpSession, text: string): Buffer | undefined {
  return (
    decodeBase64(text) ?? (site.faulty('auth-accepts-bad-base64') ? Buffer.from(text, 'base64') : undefined)
  );
}

async function readResponse(session: SmtpSession): Promise<Buffer | BrokenOff<Reply>> {
  const { site, connection } = session;
  const cuts = site.faulty('auth-long-response-becomes-command');
  for (;;) {
    const input = await connection.readLine('a SASL response', {
      limit: cuts ? CUT_AT : AUTH_LINE_LIMIT,
      withinMs: IDLE_MS,
      beyond: cuts ? 'cut' : 'swallow',
    });
    if (input.kind === 'overlong') {
      if (site.faulty('auth-long-response-hangs')) continue;
      return { brokenOff: TOO_LONG };
    }
    const text = input.bytes.toString('latin1');
    if (text === 'STARTTLS' && site.faulty('begun-login-survives-upgrade')) {
      await starttls(session, '', async () => undefined);
      continue;
    }
    if (text !== '*') return decodeResponse(session, text) ?? { brokenOff: NOT_BASE64 };
    if (!site.faulty('auth-cancel-ignored')) return { brokenOff: CANCELLED };
  }
}

async function conclude(
  session: SmtpSession,
  mechanism: Mechanism,
  outcome: SaslOutcome | BrokenOff<Reply>,
): Promise<Reply> {
  const { site } = session;
  if ('brokenOff' in outcome) {
    if (site.faulty('cancelled-login-grants-relay')) session.account = site.directory.accounts[0];
    return outcome.brokenOff;
  }
  if (outcome.ok && !site.faulty('auth-refuses-everyone')) {
    session.account = outcome.account;
    session.anonymous = mechanismsNamed(['ANONYMOUS']).includes(mechanism);
    return SUCCESS;
  }
  if (!outcome.ok && outcome.why === 'malformed')
    return site.life.putsOffMalformedLogins
      ? reply(454, '4.7.0', 'Temporary authentication failure: generic failure')
      : reply(501, '5.5.2', 'Malformed authentication message');
  return loginFailed(session, outcome);
}

async function loginFailed(session: SmtpSession, outcome: SaslOutcome): Promise<Reply> {
  const { site } = session;
  if ((await throttle(session)) === 'end') return closing(reply(421, '4.7.0', 'Too many failed logins'));
  if (site.faulty('failed-login-grants-relay')) session.account = site.directory.accounts[0];
  const failure = wording(session, outcome);
  return site.faulty('auth-drops-after-first-failure') ? closing(failure) : failure;
}

function wording({ site }: SmtpSession, outcome: SaslOutcome): Reply {
  if (site.faulty('auth-reveals-unknown-user') && !outcome.ok) {
    return reply(535, '5.7.8', outcome.why === 'unknown-login' ? 'unknown user' : 'bad password');
  }
  if (site.faulty('auth-failure-other-code'))
    return reply(550, '5.7.1', 'Authentication credentials invalid');
  return WRONG;
}
