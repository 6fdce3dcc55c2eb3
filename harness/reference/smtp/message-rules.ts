import { lines } from '../../wire/bytes.ts';
import { headerDate } from '../message/date.ts';
import { addressesIn, type SplitMessage, splitMessage } from '../message/header.ts';
import { HOP_LIMIT } from './limits.ts';
import { type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpSession } from './session.ts';
import { newId } from './trace.ts';
import { mayBeAuthor } from './user-rights.ts';

/** What is wrong with the content of a message, if anything. */
export function objectionToMessage(session: SmtpSession, message: Buffer): Reply | undefined {
  const { site } = session;
  if (site.life.refusesContent) return reply(550, '5.7.1', 'Message rejected by policy');
  if (session.refusedMessages > 0 && site.faulty('smtp-looks-at-first-message-only')) return undefined;
  const parts = splitMessage(message);
  const limit = site.faulty('smtp-counts-few-hops') ? 30 : HOP_LIMIT;
  const hops = parts.fields.filter(({ name }) => name === 'received').length;
  if (hops > limit && !site.faulty('smtp-never-counts-hops')) {
    return reply(554, '5.4.6', 'Too many hops, this message may be looping');
  }
  if (site.faulty('body-with-starttls-refused') && parts.body.includes('STARTTLS')) {
    return reply(554, '5.7.1', 'Message content rejected');
  }
  return isSubmission(session) && session.account && !session.anonymous
    ? objectionToAuthor(session, parts)
    : undefined;
}

/** One From field that names the user himself (RFC 5322 §3.6, RFC 6409 §6.1). */
function objectionToAuthor(session: SmtpSession, { fields }: SplitMessage): Reply | undefined {
  const { site } = session;
  const [from, ...others] = fields.filter(({ name }) => name === 'from');
  if (!from && site.faulty('submission-relays-without-from')) return undefined;
  const tooMany = others.length > 0 && !site.faulty('submission-relays-two-from-fields');
  if (!from || tooMany) return reply(550, '5.6.0', 'A message must have exactly one From field');
  return mayBeAuthor(session, addressesIn(from.value))
    ? undefined
    : reply(550, '5.7.1', 'The From field does not name the authenticated user');
}

/** Adds what a submitted message must have and lacks: Date and Message-ID (RFC 6409 §8.2, §8.3). */
export function completeSubmission(session: SmtpSession, message: Buffer): Buffer {
  if (!isSubmission(session)) return message;
  const { site } = session;
  const { fields, separator, body } = splitMessage(message);
  const lacks = (wanted: string) => !fields.some(({ name }) => name === wanted);
  const added: string[] = [];
  if (lacks('date') && !site.faulty('submission-adds-no-date')) {
    added.push(`Date: ${headerDate(new Date())}`);
  }
  if (lacks('message-id') && !site.faulty('submission-adds-no-message-id')) {
    added.push(`Message-ID: <${newId()}@${site.hostname}>`);
  }
  // Recipients of blind copies are in the envelope (RFC 5322 §3.6.3).
  const kept = fields.filter(({ name }) => name !== 'bcc' || site.faulty('submission-keeps-bcc'));
  return Buffer.concat([lines(...added), ...kept.map(({ octets }) => octets), separator, body]);
}
