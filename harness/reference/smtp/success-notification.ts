import { lines } from '../../wire/bytes.ts';
import { signedReport } from '../authentication/signing.ts';
import { headerDate } from '../message/date.ts';
import { splitMessage } from '../message/header.ts';
import type { Recipient, SmtpSession, Transaction } from './session.ts';
import { newId } from './trace.ts';

/**
 * Tells the sender that a message was delivered, or handed on, for the recipients that asked for it
 * (RFC 3461 §5.2.3, RFC 3464). The notification has a null sender and is not sent to one; where the
 * sender cannot be reached from here, it is lost.
 */
export async function notifySuccess(
  session: SmtpSession,
  transaction: Transaction,
  message: Buffer,
): Promise<void> {
  const { site } = session;
  const { sender } = transaction;
  const wanting = transaction.recipients.filter((recipient) => recipient.notifySuccess);
  if (sender === '' || wanting.length === 0) return;
  const notification = signedReport(site, compose(session, transaction, wanting, message));
  const [to] = site.faulty('mx-notifies-original-recipient')
    ? wanting.flatMap(({ original }) => original?.replace(/^[^;]*;/, '') ?? [])
    : [sender];
  if (to === undefined) return;
  const account = site.directory.find(to);
  if (account) {
    site.store.of(account.address).inbox.add({
      content: Buffer.concat([lines('Return-Path: <>'), notification]),
      arrival: {
        sender: '',
        recipient: to,
        clientAddress: '',
        secured: false,
        submittedBy: undefined,
      },
    });
    return;
  }
  // A notification that its next hop refuses is dropped: it must not cause another one (RFC 5321 §6.1).
  await site.relay?.({ sender: '', recipients: [to], smtpUtf8: false }, notification).catch(() => undefined);
}

function compose(
  { site }: SmtpSession,
  { sender, envelopeId }: Transaction,
  recipients: readonly Recipient[],
  message: Buffer,
): Buffer {
  const boundary = `=_${newId()}`;
  const states = recipients.flatMap(({ address, account, original }) => [
    '',
    ...(original ? [`Original-Recipient: ${original}`] : []),
    `Final-Recipient: rfc822;${address}`,
    `Action: ${account ? 'delivered' : 'relayed'}`,
    'Status: 2.0.0',
  ]);
  return Buffer.concat([
    lines(
      `From: Mail Delivery System <postmaster@${site.domain}>`,
      `To: <${sender}>`,
      'Subject: Delivery notification',
      `Date: ${headerDate(new Date())}`,
      `Message-ID: <${newId()}@${site.hostname}>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      '',
      'Your message was taken for the recipients below.',
      `--${boundary}`,
      'Content-Type: message/delivery-status',
      '',
      `Reporting-MTA: dns;${site.hostname}`,
      ...(envelopeId ? [`Original-Envelope-Id: ${envelopeId}`] : []),
      ...states,
      '',
      `--${boundary}`,
      'Content-Type: text/rfc822-headers',
      '',
    ),
    splitMessage(message).header,
    lines(`--${boundary}--`),
  ]);
}
