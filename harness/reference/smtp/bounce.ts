import { line } from '../../wire/bytes.ts';
import { signedReport } from '../authentication/signing.ts';
import { failureReport } from '../outbound/failure-report.ts';
import type { SmtpSession, Transaction } from './session.ts';

/**
 * Reports the recipients that a fault accepted and does not serve to the sender (RFC 3464), unless that
 * is the null one. A report that its next hop refuses is dropped (RFC 5321 §6.1).
 */
export async function bounce(
  { site }: SmtpSession,
  { sender, recipients }: Transaction,
  message: Buffer,
): Promise<void> {
  const failed = recipients
    .filter(({ fate }) => fate === 'bounced')
    .map(({ address }) => ({ recipient: address, status: '5.1.1', reason: '550 5.1.1 User unknown' }));
  if (failed.length === 0 || sender === '') return;
  const report = signedReport(site, failureReport(site, sender, failed, message));
  const account = site.directory.find(sender);
  if (account) {
    site.store.of(account.address).inbox.add({
      content: Buffer.concat([line('Return-Path: <>'), report]),
      arrival: { sender: '', recipient: sender, clientAddress: '', secured: false, submittedBy: undefined },
    });
    return;
  }
  await site.relay?.({ sender: '', recipients: [sender], smtpUtf8: false }, report).catch(() => undefined);
}
