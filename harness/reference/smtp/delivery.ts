import { line } from '../../wire/bytes.ts';
import type { Admission } from '../authentication/inbound.ts';
import { sealedForNextHop } from '../authentication/sealing.ts';
import { splitMessage } from '../message/header.ts';
import { mishandled } from '../message/mishandling.ts';
import type { Site } from '../site.ts';
import type { Mailbox } from '../store/mailbox.ts';
import { bounce } from './bounce.ts';
import { type Reply, reply } from './reply.ts';
import type { SmtpSession, Transaction } from './session.ts';
import { notifySuccess } from './success-notification.ts';
import { newId, receivedField, withoutTrace } from './trace.ts';

/**
 * Takes responsibility for a message: hands it to the world for recipients elsewhere, then puts it
 * into the mailboxes of local ones. Nothing is queued: what the world does not take now is refused.
 */
export async function deliver(
  session: SmtpSession,
  transaction: Transaction,
  { message, results, mailbox }: Admission,
): Promise<Reply> {
  const { site, connection, account } = session;
  const traced = Buffer.concat([
    results,
    receivedField(session, transaction),
    withoutTrace(session, mishandled(site, message)),
  ]);
  const elsewhere = transaction.recipients.filter(
    ({ account: local, fate, forwardedTo }) => !local && !fate && forwardedTo === undefined,
  );
  if (elsewhere.length > 0 && site.relay) {
    const envelope = {
      sender: transaction.sender,
      recipients: elsewhere.map(({ address }) => mishandledPath(site, address)),
      smtpUtf8: transaction.smtpUtf8,
    };
    try {
      await site.relay(envelope, traced);
      if (elsewhere.length > 1 && site.faulty('relay-sends-twice')) await site.relay(envelope, traced);
    } catch {
      return reply(451, '4.4.1', 'The next hop did not take the message, try again later');
    }
  }
  const forwards = transaction.recipients.flatMap(({ forwardedTo }) => forwardedTo ?? []);
  if (forwards.length > 0 && site.relay) {
    const { sender, smtpUtf8 } = transaction;
    await site.relay(
      { sender, recipients: forwards, smtpUtf8 },
      await sealedForNextHop(site, traced, results),
    );
  }
  const copy = withReturnPath(site, traced, transaction.sender);
  const { recipients } = transaction;
  const twice = recipients.length > 1 && site.faulty('mailbox-gets-two-copies');
  for (const recipient of twice ? [...recipients, ...recipients] : recipients) {
    if (!recipient.account) continue;
    mailboxOf(site, recipient.account.address, mailbox).add({
      content: copy,
      arrival: {
        sender: transaction.sender,
        recipient: recipient.address,
        clientAddress: connection.clientAddress,
        secured: connection.tls !== undefined,
        submittedBy: account?.address,
      },
    });
  }
  await bounce(session, transaction, message);
  await notifySuccess(session, transaction, message);
  return reply(250, '2.0.0', `Ok, message ${newId()} accepted`);
}

/** INBOX always exists, another mailbox is made when first used. */
function mailboxOf({ store }: Site, address: string, name: Admission['mailbox']): Mailbox {
  const mailboxes = store.of(address);
  if (!mailboxes.find(name)) mailboxes.create(name);
  return mailboxes.find(name) ?? mailboxes.inbox;
}

/** Final delivery leaves exactly one Return-Path, on top (RFC 5321 §4.4). */
function withReturnPath(site: Site, message: Buffer, sender: string): Buffer {
  const { fields, separator, body } = splitMessage(message);
  const given = fields.find(({ name }) => name === 'return-path');
  const trusted = site.faulty('delivery-trusts-return-path') ? given?.octets : undefined;
  const keeps = site.faulty('delivery-keeps-return-path');
  const others = fields.filter(({ name }) => keeps || name !== 'return-path').map(({ octets }) => octets);
  return Buffer.concat([trusted ?? line(`Return-Path: <${sender}>`), ...others, separator, body]);
}

/** An address on its way out, which stays as it was given (RFC 5321 §2.4). */
function mishandledPath(site: Site, address: string): string {
  const at = address.lastIndexOf('@');
  if (!site.faulty('relay-lowers-local-parts')) return address;
  return `${address.slice(0, at).toLowerCase()}${address.slice(at)}`;
}
