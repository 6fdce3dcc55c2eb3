import { line, lines } from '../../wire/bytes.ts';
import { headerDate } from '../message/date.ts';
import type { Site } from '../site.ts';
import { newId } from '../smtp/trace.ts';

/** Under a fault: tells the author's domain of a failure at once, with the whole message (RFC 6591). */
export async function reportFailure(site: Site, record: string, message: Buffer): Promise<void> {
  const address = /(?:^|;)\s*ruf\s*=\s*mailto:([^!,;\s]+)/i.exec(record)?.[1];
  if (!site.faulty('dmarc-failure-reports-sent') || address === undefined || !site.relay) return;
  const boundary = `=_${newId()}`;
  const report = Buffer.concat([
    lines(
      `From: <dmarc@${site.domain}>`,
      `To: <${address}>`,
      'Subject: DMARC failure report',
      `Date: ${headerDate(new Date())}`,
      `Message-ID: <${newId()}@${site.hostname}>`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=feedback-report; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: auth-failure',
      'Version: 1',
      '',
      `--${boundary}`,
      'Content-Type: message/rfc822',
      '',
    ),
    message,
    line(`--${boundary}--`),
  ]);
  await site.relay({ sender: '', recipients: [address], smtpUtf8: false }, report);
}
