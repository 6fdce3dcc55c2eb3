import { line } from '../../wire/bytes.ts';
import { admit } from '../authentication/inbound.ts';
import { signedForUser } from '../authentication/signing.ts';
import { deliver } from './delivery.ts';
import { refusalToBegin } from './envelope.ts';
import { readMessage } from './message-reader.ts';
import { completeSubmission, objectionToMessage } from './message-rules.ts';
import { type Reply, reply } from './reply.ts';
import type { SmtpSession, Transaction } from './session.ts';

/** DATA (RFC 5321 §4.1.1.4). */
export async function data(session: SmtpSession, argument: string): Promise<Reply> {
  if (argument !== '') return reply(501, '5.5.4', 'DATA takes no parameter');
  const { transaction, connection } = session;
  if (session.doomed) {
    session.site.smtpIsDead = true;
    connection.destroy();
  }
  if (!transaction) return refusalToBegin(session) ?? reply(503, '5.5.1', 'Send MAIL and RCPT first');
  if (transaction.chunks && !session.site.faulty('smtp-takes-data-after-chunks')) {
    return reply(503, '5.5.1', 'Not after BDAT');
  }
  if (transaction.recipients.length === 0 && !session.site.faulty('smtp-takes-data-without-recipients')) {
    return reply(554, '5.5.1', 'No valid recipients');
  }
  await connection.send(line('354 End data with <CR><LF>.<CR><LF>'));
  const received = await readMessage(session);
  session.transaction = undefined;
  const answer = 'code' in received ? received : await acceptMessage(session, transaction, received.message);
  const keeps = session.site.faulty('smtp-keeps-envelope-after-refused-message');
  if (answer.code >= 500) session.refusedMessages += 1;
  if (keeps && answer.code >= 500) session.transaction = transaction;
  return answer;
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
  if (admission.refusal) return admission.refusal;
  const signed = signedForUser(session, admission.message);
  return deliver(session, transaction, { ...admission, message: signed });
}
