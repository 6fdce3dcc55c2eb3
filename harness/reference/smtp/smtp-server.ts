import { CR, CRLF, LF, line, NUL } from '../../wire/bytes.ts';
import { AUTH_COMMAND_LIMIT } from '../sasl/limits.ts';
import type { ServerConnection } from '../session/connection.ts';
import { IdleTooLong } from '../session/endings.ts';
import type { Site } from '../site.ts';
import { auth, TOO_LONG } from './auth.ts';
import { bdat } from './bdat.ts';
import { refusalOfListed } from './block-lists.ts';
import { refusalOfUnnamed } from './client-names.ts';
import { data } from './data.ts';
import { mail, rcpt } from './envelope.ts';
import { ehlo, helo } from './hello.ts';
import { COMMAND_LIMIT, ERROR_LIMIT, IDLE_MS } from './limits.ts';
import { claimOfClient } from './relay-mistakes.ts';
import { AHEAD_OF_TIME, bareReply, closing, encodeReply, type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpRole, type SmtpSession } from './session.ts';
import { starttls } from './starttls.ts';
import { expand, verify } from './verify.ts';

/** Under a fault, in milliseconds. */
const SHORT_IDLE_MS = 30_000;

/** Serves one SMTP connection to its end (RFC 5321). */
export async function serveSmtp(site: Site, role: SmtpRole, connection: ServerConnection): Promise<void> {
  const session: SmtpSession = {
    site,
    connection,
    role,
    hello: undefined,
    helloBeforeTls: undefined,
    account: undefined,
    anonymous: false,
    transaction: undefined,
    failedLogins: 0,
    refusedMessages: 0,
    errors: 0,
    favoured: false,
  };
  if (site.smtpIsDead) return connection.destroy();
  if (role === 'submissions') await connection.startTls(site.certificate.context);
  await connection.pause(site.life.greetingDelayMs ?? 0);
  await connection.send(encodeReply(greeting(site)));
  try {
    while (await executeNext(session)) {
      // The loop body is the condition.
    }
  } catch (failure) {
    if (!(failure instanceof IdleTooLong)) throw failure;
    if (site.faulty('smtp-ends-idle-sessions-silently')) return;
    await connection.send(encodeReply(reply(421, '4.4.2', 'Timeout, closing the connection')));
  }
}

function greeting(site: Site): Reply {
  const { hostname, life } = site;
  if (site.faulty('smtp-greets-without-name')) return bareReply(220, 'ready');
  const last = `${hostname} ESMTP${site.faulty('smtp-greets-with-version') ? ' Reference 1.2.3' : ''}`;
  return life.multiLineGreeting ? bareReply(220, `${hostname} welcome`, last) : bareReply(220, last);
}

/** Reads and executes one command; false when it was the last one. */
async function executeNext(session: SmtpSession): Promise<boolean> {
  const { connection, site } = session;
  const cuts = site.faulty('smtp-executes-tail-of-long-line');
  const afterAnother = connection.hasLine();
  const input = await connection.readLine('a command', {
    limit: cuts ? COMMAND_LIMIT : AUTH_COMMAND_LIMIT,
    withinMs: (site.faulty('smtp-short-idle-limit') ? SHORT_IDLE_MS : IDLE_MS) / site.timerSpeed,
    ...(cuts ? { beyond: 'cut' } : {}),
  });
  if (session.heldReply) await connection.send(session.heldReply);
  session.heldReply = undefined;
  const early = site.faulty('smtp-ends-data-at-lf-dot-lf-and-silence') && connection.hasLine();
  const answer = early
    ? AHEAD_OF_TIME
    : input.kind === 'overlong'
      ? TOO_LONG
      : await execute(session, cutCommand(session, input.bytes));
  if (answer === 'closed') return false;
  if (answer === 'upgraded' || answer === 'unanswered') return true;
  if (answer.code >= 500 && site.faulty('smtp-refusals-clear-envelope')) session.transaction = undefined;
  if (answer.code >= 500 && site.faulty('smtp-drops-input-after-refusal')) connection.takeUnread();
  const limit = site.life.errorLimit ?? ERROR_LIMIT;
  if (isError(answer, site) && ++session.errors >= limit) {
    await connection.send(
      encodeReply(closing(reply(421, '4.7.0', 'Too many errors, closing the connection'))),
    );
    return false;
  }
  if (afterAnother && site.faulty('smtp-holds-last-reply-back') && !connection.hasLine() && !answer.closes)
    session.heldReply = encodeReply(answer);
  else await connection.send(encodeReply(answer));
  return !answer.closes;
}

/** The part of a line in front of what a fault takes for its end; the rest is left for the next command. */
function cutCommand({ connection, site }: SmtpSession, bytes: Buffer): Buffer {
  const end =
    (site.faulty('smtp-ends-commands-at-lf') && LF) ||
    (site.faulty('smtp-ends-commands-at-cr') && CR) ||
    null;
  const at = end ? bytes.indexOf(end) : -1;
  if (at < 0) return bytes;
  connection.putBack(Buffer.concat([bytes.subarray(at + 1), CRLF]));
  return bytes.subarray(0, at);
}

/** Errors of the client; with a limit of its own the site counts every refusal, as Postfix does. */
function isError({ code }: Reply, { life }: Site): boolean {
  return life.errorLimit === undefined ? code >= 500 && code <= 504 : code >= 400;
}

async function execute(
  session: SmtpSession,
  bytes: Buffer,
): Promise<Reply | 'upgraded' | 'unanswered' | 'closed'> {
  const { site, connection } = session;
  const careless = site.faulty('smtp-takes-hello-names-with-lf') && /^EHLO /i.test(bytes.toString('latin1'));
  if (!careless && (bytes.includes(CR) || bytes.includes(LF) || bytes.includes(NUL))) {
    return reply(500, '5.5.2', 'Bare CR, bare LF and NUL are not allowed in a command');
  }
  const text = bytes.toString('utf8').replace(/[ \t]+$/, '');
  const [word = ''] = text.split(' ', 1);
  const verb = site.faulty('smtp-knows-verbs-in-upper-case-only') ? word : word.toUpperCase();
  const argument = text.slice(word.length).replace(/^ +/, '');
  if (bytes.length > COMMAND_LIMIT && verb !== 'AUTH') return reply(500, '5.5.2', 'Command line too long');
  if (requiresTls(session, verb)) return reply(530, '5.7.0', 'Must issue a STARTTLS command first');

  switch (verb) {
    case 'EHLO':
      return ehlo(session, argument);
    case 'HELO':
      return helo(session, argument);
    case 'MAIL':
      return mail(session, argument);
    case 'RCPT':
      return (
        (await refusalOfUnnamed(session)) ??
        (await refusalOfListed(session, argument)) ??
        rcpt(session, argument)
      );
    case 'DATA':
      return data(session, argument);
    case 'BDAT':
      return bdat(session, argument);
    case 'AUTH':
      return auth(session, argument);
    case 'STARTTLS':
      return starttls(session, argument, () => executeNext(session));
    case 'RSET':
      if (argument !== '' && !site.life.resetsWhateverFollows)
        return reply(501, '5.5.4', 'RSET takes no parameter');
      if (!site.faulty('smtp-keeps-envelope-across-rset')) session.transaction = undefined;
      return reply(250, '2.0.0', 'Ok');
    case 'NOOP':
      if (site.life.withoutNoop) return reply(500, '5.5.2', 'Command not recognized');
      if (site.faulty('smtp-answers-noop-twice'))
        await connection.send(encodeReply(reply(250, '2.0.0', 'Ok')));
      return reply(250, '2.0.0', 'Ok');
    case 'QUIT':
      if (argument !== '') return reply(501, '5.5.4', 'QUIT takes no parameter');
      if (site.faulty('smtp-leaves-without-221')) return 'closed';
      return closing(reply(221, '2.0.0', `${site.hostname} closing the connection`));
    case 'VRFY':
      if (argument === '') return reply(501, '5.5.4', 'Syntax: VRFY user');
      if (site.faulty('smtp-verify-clears-envelope')) session.transaction = undefined;
      if (site.faulty('smtp-mixes-codes-in-reply')) await connection.send(line('250-2.5.0 Cannot verify'));
      return verify(session, argument);
    case 'HELP':
      return reply(214, '2.0.0', 'See RFC 5321');
    case 'ETRN':
      if (isSubmission(session) && site.faulty('submission-offers-etrn'))
        return reply(250, '2.0.0', 'Queuing started');
      return reply(502, '5.5.1', 'Command not implemented');
    case 'EXPN':
      return expand(session);
    default: {
      const claim = claimOfClient(session, verb, argument);
      if (claim === 'believed') return 'unanswered';
      if (claim) return claim;
      const unknown = reply(500, '5.5.2', 'Command not recognized');
      return site.faulty('smtp-closes-on-unknown-verb') ? closing(unknown) : unknown;
    }
  }
}

/** Commands that submission refuses before TLS without a look at their arguments; MAIL and AUTH decide themselves. */
const REFUSED_BEFORE_TLS = new Set(['HELO', 'RCPT', 'DATA', 'VRFY', 'EXPN', 'HELP', 'ETRN']);

function requiresTls({ role, connection, site, account }: SmtpSession, verb: string): boolean {
  if (role !== 'submission' || connection.tls || account) return false;
  return REFUSED_BEFORE_TLS.has(verb) && !site.faulty('submission-takes-mail-before-tls');
}
