import { randomBytes } from 'node:crypto';
import { lines } from '../../wire/bytes.ts';
import { headerDate } from '../message/date.ts';
import { splitMessage } from '../message/header.ts';
import { isSubmission, type SmtpSession, type Transaction } from './session.ts';

/** The Received field of a message (RFC 5321 §4.4), with the tls clause of RFC 8314 §4.3; empty under a fault. */
export function receivedField(session: SmtpSession, transaction: Transaction): Buffer {
  const { site, connection, hello, helloBeforeTls } = session;
  if (isSubmission(session) && (site.faulty('submission-removes-received') || site.life.removesReceived))
    return Buffer.alloc(0);
  const name = helloBeforeTls ?? hello?.name ?? 'unknown';
  const address = connection.clientAddress;
  const literal = address.includes(':') ? `IPv6:${address}` : address;
  const [only, ...others] = transaction.recipients;
  const clauses = [`by ${site.hostname} with ${withProtocol(session, transaction)}`, `id ${newId()}`];
  // Naming one of several recipients would tell the others about a blind copy (RFC 5321 §7.2).
  if (only && others.length === 0) clauses.push(`for <${only.address}>`);
  else if (site.faulty('received-names-all-recipients'))
    clauses.push(`for ${transaction.recipients.map((one) => `<${one.address}>`).join(',')}`);
  const namesCipher = !(isSubmission(session) && site.faulty('submission-received-without-cipher'));
  // Null once the connection is gone, which a message that came in full may survive.
  const cipher = connection.tls?.getCipher() ?? null;
  if (cipher && namesCipher) clauses.push(`tls ${cipher.standardName}`);
  return lines(
    `Received: from ${name}${site.faulty('smtp-received-omits-client') ? '' : ` ([${literal}])`}`,
    ...(hello?.broken ?? []),
    `\t${clauses.join(' ')};`,
    `\t${headerDate(new Date())}`,
  );
}

/** What a policy leaves of a message that was submitted: where clients are nobody's business, no trace of them. */
export function withoutTrace(session: SmtpSession, message: Buffer): Buffer {
  if (!isSubmission(session) || !session.site.life.removesReceived) return message;
  const { fields, separator, body } = splitMessage(message);
  const kept = fields.filter(({ name }) => name !== 'received').map(({ octets }) => octets);
  return Buffer.concat([...kept, separator, body]);
}

/** The protocol word of RFC 3848 and RFC 6531 §4.3. */
function withProtocol({ site, hello, connection, account }: SmtpSession, { smtpUtf8 }: Transaction): string {
  if (!hello?.extended) return 'SMTP';
  if (account && site.faulty('submission-received-denies-auth')) return 'ESMTP';
  return `${smtpUtf8 ? 'UTF8SMTP' : 'ESMTP'}${connection.tls ? 'S' : ''}${account ? 'A' : ''}`;
}

/** A queue id or the left side of a Message-ID. */
export function newId(): string {
  return randomBytes(9).toString('hex').toUpperCase();
}
