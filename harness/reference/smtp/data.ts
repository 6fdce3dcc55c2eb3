import { CR, CRLF, LF, line, NUL } from '../../wire/bytes.ts';
import { dotUnstuff } from '../../wire/dot-stuffing.ts';
import { admit } from '../authentication/inbound.ts';
import { deliver } from './delivery.ts';
import { refusalToBegin } from './envelope.ts';
import { IDLE_MS, SIZE_LIMIT, TEXT_LINE_LIMIT } from './limits.ts';
import { completeSubmission, objectionToMessage } from './message-rules.ts';
import { type Reply, reply } from './reply.ts';
import type { SmtpSession, Transaction } from './session.ts';

/** Longest line that is still kept to be judged; longer ones are only counted. */
const KEPT_LINE_LIMIT = 65_536;
const DOT = Buffer.from('.');
const LINE_TOO_LONG = reply(554, '5.6.0', `Line longer than ${TEXT_LINE_LIMIT} octets`);
const STRAY_OCTETS = reply(554, '5.6.0', 'Bare CR, bare LF and NUL are not allowed in a message');
export const TOO_LARGE = reply(552, '5.3.4', 'Message size exceeds fixed limit');

/** DATA (RFC 5321 §4.1.1.4). */
export async function data(session: SmtpSession, argument: string): Promise<Reply> {
  if (argument !== '') return reply(501, '5.5.4', 'DATA takes no parameter');
  const { transaction, connection } = session;
  if (!transaction) return refusalToBegin(session) ?? reply(503, '5.5.1', 'Send MAIL and RCPT first');
  if (transaction.chunks) return reply(503, '5.5.1', 'Not behind BDAT');
  if (transaction.recipients.length === 0) return reply(554, '5.5.1', 'No valid recipients');
  await connection.send(line('354 End data with <CR><LF>.<CR><LF>'));
  const received = await readMessage(session);
  session.transaction = undefined;
  if ('code' in received) return received;
  return acceptMessage(session, transaction, received.message);
}

/** Judges a complete message and delivers it. */
export async function acceptMessage(
  session: SmtpSession,
  transaction: Transaction,
  message: Buffer,
): Promise<Reply> {
  const objection = objectionToMessage(session, message);
  if (objection) return objection;
  const admission = await admit(session, transaction, completeSubmission(session, message));
  return admission.refusal ?? deliver(session, transaction, admission);
}

/** Why a line of text is not taken, if so: too long, or octets that other servers would read otherwise. */
export function objectionToLine(text: Buffer): Reply | undefined {
  if (text.length > TEXT_LINE_LIMIT) return LINE_TOO_LONG;
  return text.includes(CR) || text.includes(LF) || text.includes(NUL) ? STRAY_OCTETS : undefined;
}

/**
 * Reads up to CRLF "." CRLF, which alone ends the data. A message with octets that would mean
 * different things to different servers is refused as a whole: bare CR, bare LF, NUL.
 */
async function readMessage({
  connection,
  site,
  role,
}: SmtpSession): Promise<{ readonly message: Buffer } | Reply> {
  const kept: Buffer[] = [];
  let size = 0;
  let refusal: Reply | undefined;
  for (;;) {
    const input = await connection.readLine('a line of the message', {
      limit: KEPT_LINE_LIMIT,
      withinMs: IDLE_MS,
    });
    if (input.kind === 'overlong') {
      size += input.octets;
      refusal ??= LINE_TOO_LONG;
      continue;
    }
    if (input.bytes.equals(DOT)) break;
    const text = dotUnstuff(input.bytes);
    size += text.length + CRLF.length;
    const lenient = role !== 'mx' && site.faulty('submission-relays-long-lines');
    if (!lenient) refusal ??= objectionToLine(text);
    if (size <= SIZE_LIMIT && !refusal) kept.push(text, CRLF);
  }
  if (size > SIZE_LIMIT) return TOO_LARGE;
  return refusal ?? { message: Buffer.concat(kept) };
}
