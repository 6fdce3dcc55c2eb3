import { lines } from '../../wire/bytes.ts';
import { headerDate } from '../message/date.ts';
import { splitMessage } from '../message/header.ts';
import { newId } from '../smtp/trace.ts';

/** A recipient that a message cannot reach. */
export interface Undeliverable {
  readonly recipient: string;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  readonly reason: string;
}

/** A non-delivery report (RFC 3464) with the header of the message. */
export function failureReport(
  site: { readonly domain: string; readonly hostname: string },
  sender: string,
  failed: readonly Undeliverable[],
  message: Buffer,
): Buffer {
  const boundary = `=_${newId()}`;
  return Buffer.concat([
    lines(
      `From: Mail Delivery System <postmaster@${site.domain}>`,
      `To: <${sender}>`,
      'Subject: Undelivered mail',
      `Date: ${headerDate(new Date())}`,
      `Message-ID: <${newId()}@${site.hostname}>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      '',
      'Your message could not be delivered to the recipients below.',
      `--${boundary}`,
      'Content-Type: message/delivery-status',
      '',
      `Reporting-MTA: dns;${site.hostname}`,
      ...failed.flatMap(({ recipient, status, reason }) => [
        '',
        `Final-Recipient: rfc822;${recipient}`,
        'Action: failed',
        `Status: ${status}`,
        `Diagnostic-Code: smtp;${reason}`,
      ]),
      '',
      `--${boundary}`,
      'Content-Type: text/rfc822-headers',
      '',
    ),
    splitMessage(message).header,
    lines(`--${boundary}--`),
  ]);
}
