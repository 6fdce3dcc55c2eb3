import type { ReferenceAccount } from '../accounts.ts';
import { forwardingAddress } from '../outbound/forwarding.ts';
import { SIZE_LIMIT } from './limits.ts';
import { MAIL_PARAMETERS, objectionToParameters, RCPT_PARAMETERS } from './parameters.ts';
import { canonicalAddress, domainOf, type PathArgument, parsePath } from './path.ts';
import {
  mistakenRecipient,
  overcautionAboutRecipient,
  overcautionAboutSender,
  relayRefusal,
} from './relay-mistakes.ts';
import { bareReply, closing, type Reply, reply } from './reply.ts';
import { isSubmission, type Recipient, type SmtpSession } from './session.ts';
import { isQualified, maySendFrom, relaysForAnybody } from './user-rights.ts';

const RECIPIENT_LIMIT = 1_000;
/** Under a fault. */
const LOW_RECIPIENT_LIMIT = 50;
const LOW_LOCAL_PART_LIMIT = 32;

export const TLS_FIRST = bareReply(400, 'STARTTLS is required first.');
const TLS_REQUIRED = reply(530, '5.7.0', 'Must issue a STARTTLS command first');
const AUTH_REQUIRED = reply(530, '5.7.0', 'Authentication required');
const NO_ROUTE = reply(550, '5.4.4', 'No route to that domain from here');
const BAD_SEQUENCE = reply(503, '5.5.1', 'Bad sequence of commands');
const NOT_IMPLEMENTED = reply(502, '5.5.1', 'Command not implemented');
const UTF8_NOT_ANNOUNCED = /[^ -~]/;

/**
 * Why a mail transaction may not begin in this state, if so: hello, TLS and authentication first
 * (RFC 5321 §4.1.4, RFC 3207 §4, RFC 6409 §4.3).
 */
export function refusalToBegin(session: SmtpSession): Reply | undefined {
  const { site, role, connection } = session;
  if (!session.hello && !site.faulty('smtp-never-demands-hello')) {
    return reply(503, '5.5.1', 'Send EHLO first');
  }
  if (!connection.tls) {
    const tlsFirst =
      (role === 'submission' && !session.account && !site.faulty('submission-takes-mail-before-tls')) ||
      (role === 'mx' && site.faulty('mx-demands-starttls'));
    if (tlsFirst && role === 'submission' && site.faulty('submission-refuses-clear-with-other-code')) {
      return reply(550, '5.7.1', 'Not without TLS');
    }
    if (tlsFirst) return role === 'submission' && site.life.putsOffBeforeTls ? TLS_FIRST : TLS_REQUIRED;
  }
  if (isSubmission(session) && !session.account && !mayStayUnknown(session)) {
    if (site.faulty('submission-refuses-at-rcpt')) return undefined;
    if (site.faulty('submission-demands-auth-with-other-code')) {
      return reply(550, '5.7.1', 'Authentication required');
    }
    return AUTH_REQUIRED;
  }
  return undefined;
}

/** Faults under which mail is taken on submission from a client that did not authenticate. */
function mayStayUnknown(session: SmtpSession): boolean {
  const { site, role, connection } = session;
  return (
    site.faulty('submission-takes-unauthenticated-mail') ||
    relaysForAnybody(session) ||
    (role === 'submissions' && site.faulty('submissions-takes-unauthenticated-mail')) ||
    (!connection.tls && site.faulty('submission-takes-mail-before-tls')) ||
    (site.faulty('pop3-login-opens-submission') && site.grants.permits(connection.clientAddress))
  );
}

/** MAIL (RFC 5321 §4.1.1.2). */
export function mail(session: SmtpSession, argument: string): Reply {
  const refused = refusalToBegin(session);
  if (refused) return refused;
  if (session.transaction && !session.site.faulty('smtp-takes-second-sender')) {
    return reply(503, '5.5.1', 'Nested MAIL command');
  }
  const path = /^FROM:/i.test(argument) ? readPath(session, argument.slice('FROM:'.length)) : undefined;
  if (!path) return reply(501, '5.5.4', 'Syntax: MAIL FROM:<address> [parameters]');
  if (
    path.address.lastIndexOf('@') > LOW_LOCAL_PART_LIMIT &&
    session.site.faulty('smtp-refuses-long-local-parts')
  ) {
    return reply(501, '5.1.7', 'Local part too long');
  }
  const objection = objectionToParameters(session, path.parameters, MAIL_PARAMETERS);
  if (objection) return objection;

  const smtpUtf8 = path.parameters.has('SMTPUTF8');
  if (
    UTF8_NOT_ANNOUNCED.test(path.address) &&
    !smtpUtf8 &&
    !session.site.faulty('smtp-takes-utf8-unannounced')
  ) {
    return reply(550, '5.6.7', 'An address of this kind needs SMTPUTF8');
  }
  const size = declaredSize(session, path.parameters.get('SIZE'));
  if (size > SIZE_LIMIT) return reply(552, '5.3.4', 'Message size exceeds fixed limit');
  const sender = canonicalAddress(path.address);
  const overcautious = overcautionAboutSender(session, sender);
  if (overcautious) return overcautious;
  if (!session.site.life.delayedReject) {
    const unwanted = objectionToSender(session, sender);
    if (unwanted) return unwanted;
  }
  const envelopeId = path.parameters.get('ENVID');
  session.transaction = { sender, smtpUtf8, envelopeId, recipients: [], chunks: undefined };
  return reply(250, '2.1.0', 'Sender ok');
}

/** As `parsePath`; a fault makes an address of whatever stands there. */
function readPath({ site }: SmtpSession, text: string): PathArgument | undefined {
  const path = parsePath(text);
  if (path || !site.faulty('smtp-takes-malformed-paths')) return path;
  const address = text.trim().replace(/^</, '').replace(/>.*$/, '');
  return {
    address: address.includes('@') ? (site.directory.accounts[0]?.address ?? address) : address,
    parameters: new Map(),
  };
}

/** A user sends in his own name, or in none (RFC 6409 §6.1, §3.2); strangers may be unwelcome. */
function objectionToSender(session: SmtpSession, sender: string): Reply | undefined {
  const { site, account } = session;
  const domain = sender.slice(sender.lastIndexOf('@') + 1);
  if (session.role === 'mx' && site.life.refusesSenders?.some((start) => domain.startsWith(start)))
    return reply(550, '5.1.8', 'No valid MX for your sender domain');
  if (!isSubmission(session) || !account || session.anonymous) return undefined;
  if (sender === '') {
    return site.faulty('submission-refuses-null-sender')
      ? reply(550, '5.7.1', 'Null sender not accepted here')
      : undefined;
  }
  if (maySendFrom(session, sender)) return undefined;
  return reply(550, '5.7.1', 'Sender address is not owned by the authenticated user');
}

/** RCPT (RFC 5321 §4.1.1.3). */
export async function rcpt(session: SmtpSession, argument: string): Promise<Reply> {
  const { site } = session;
  if (
    !session.transaction &&
    !refusalToBegin(session) &&
    site.faulty('smtp-takes-recipients-without-sender')
  ) {
    mail(session, 'FROM:<>');
  }
  const { transaction } = session;
  if (!transaction)
    return refusalToBegin(session) ?? (site.life.saysUnknownOutOfPlace ? NOT_IMPLEMENTED : BAD_SEQUENCE);
  if (transaction.chunks) return reply(503, '5.5.1', 'Not after BDAT');
  const mistaken = await mistakenRecipient(session, argument);
  if (mistaken) {
    transaction.recipients.push(mistaken);
    return reply(250, '2.1.5', 'Recipient ok');
  }
  const path = /^TO:/i.test(argument) ? readPath(session, argument.slice('TO:'.length)) : undefined;
  if (!path || path.address === '') return reply(501, '5.5.4', 'Syntax: RCPT TO:<address> [parameters]');
  const objection = objectionToParameters(session, path.parameters, RCPT_PARAMETERS);
  if (objection) return objection;
  if (UTF8_NOT_ANNOUNCED.test(path.address) && !transaction.smtpUtf8) {
    return reply(553, '5.6.7', 'An address of this kind needs SMTPUTF8');
  }
  if (isSubmission(session) && !session.account && !mayStayUnknown(session)) {
    return reply(554, '5.7.1', 'Recipient address rejected: access denied');
  }
  if (site.life.delayedReject) {
    const unwanted = objectionToSender(session, transaction.sender);
    if (unwanted) return unwanted;
  }
  const limit = site.faulty('smtp-takes-fifty-recipients') ? LOW_RECIPIENT_LIMIT : RECIPIENT_LIMIT;
  if (transaction.recipients.length >= limit) return reply(452, '4.5.3', 'Too many recipients');
  if (/^TO: *<@/i.test(argument) && site.faulty('smtp-refuses-source-routes')) {
    return reply(550, '5.1.3', 'Source routes are not accepted');
  }
  const overcautious = overcautionAboutRecipient(session, path.address);
  if (overcautious) return overcautious;
  const address = canonicalAddress(path.address);
  const account = localAccount(session, address);
  const forwardedTo = forwardingAddress(site, address);
  if (!account && forwardedTo === undefined) {
    const refused = refusalOfRecipient(session, address);
    if (refused) return refused;
  }
  const postponed = postponement(session, address);
  if (postponed) return postponed;
  const recipient: Recipient = {
    address,
    account,
    forwardedTo,
    notifySuccess: /(^|,)SUCCESS(,|$)/i.test(path.parameters.get('NOTIFY') ?? ''),
    original: path.parameters.get('ORCPT'),
  };
  transaction.recipients.push(recipient);
  if (site.life.forwardsRecipients) return reply(251, '2.1.5', 'User not local; will forward');
  return reply(250, '2.1.5', 'Recipient ok');
}

/** The account of an address of this site; postmaster is the first one (RFC 5321 §4.5.1). */
function localAccount({ site }: SmtpSession, address: string): ReferenceAccount | undefined {
  if (/^postmaster(@|$)/i.test(address) && ['', site.domain].includes(domainOf(address))) {
    return site.directory.accounts[0];
  }
  const known = site.directory.find(address);
  if (known || !site.life.takesEveryName || domainOf(address) !== site.domain) return known;
  return site.directory.accounts[0];
}

function refusalOfRecipient(session: SmtpSession, address: string): Reply | undefined {
  const { site } = session;
  const domain = domainOf(address);
  if (domain === site.domain) {
    const contradicts = site.faulty('smtp-enhanced-code-contradicts');
    if (session.role === 'mx' && site.faulty('mx-puts-off-unknown-users'))
      return reply(450, '4.1.1', 'Recipient address rejected: unverified address');
    return reply(550, contradicts ? '4.1.1' : '5.1.1', 'User unknown');
  }
  if (isSubmission(session)) {
    if (session.account && site.faulty('submission-denies-relay-to-users')) {
      return reply(554, '5.7.1', 'Relay access denied');
    }
    if (relaysForAnybody(session) || session.anonymous) return undefined;
    const unqualified = !isQualified(domain) && !site.faulty('submission-forwards-unqualified-recipient');
    if (session.account && unqualified) return reply(554, '5.1.2', 'Domain is not fully qualified');
    if (session.account) return site.relay ? undefined : NO_ROUTE;
  }
  if (mayRelayFromHere(session)) return site.relay ? undefined : NO_ROUTE;
  return relayRefusal(session);
}

/** Relaying for an address, whoever sits there: POP before SMTP, where it is offered, and two faults. */
function mayRelayFromHere({ site, role, connection, transaction, standing }: SmtpSession): boolean {
  const { clientAddress } = connection;
  if (standing?.kind === 'exempt' && site.faulty('dnsbl-allow-list-opens-relay')) return true;
  if (role !== 'mx' && !site.faulty('pop3-login-opens-submission')) return false;
  if (site.faulty('mx-trusts-private-networks') && role === 'mx' && isPrivate(clientAddress)) return true;
  return site.grants.permits(clientAddress, transaction?.sender);
}

/** Loopback and the networks of RFC 1918. */
function isPrivate(address: string): boolean {
  return /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address);
}

/** The size that counts; none is looked for where a server waits for the message itself (RFC 1870 §6.1). */
function declaredSize({ site }: SmtpSession, given: string | undefined): bigint {
  const size = site.life.ignoresDeclaredSize ? 0n : BigInt(given ?? 0);
  return site.faulty('smtp-declared-size-overflows') && size > 0xffff_ffffn ? 0n : size;
}

/** Greylisting and the first visit of a client, where the life of this server has them; both on mx only. */
function postponement(
  { site, role, connection, transaction }: SmtpSession,
  address: string,
): Reply | undefined {
  if (role !== 'mx') return undefined;
  if (site.life.firstConnectionTempfail && site.firstVisit(connection.clientAddress)) {
    return closing(reply(450, '4.3.2', 'Service currently unavailable'));
  }
  const triple = `${connection.clientAddress} ${transaction?.sender} ${address.toLowerCase()}`;
  if (site.life.greylist && site.firstVisit(triple)) {
    return reply(450, '4.7.1', 'Recipient address rejected: greylisted, try again');
  }
  return undefined;
}
