import type { MailSought, Services, StoredMessage } from '../../harness/check/check.ts';
import { inMailbox } from '../../harness/steps/in-mailbox.ts';

/** How long a delivery may take, in milliseconds. */
const DELIVERY = 10_000;

/**
 * What shows, where a message was delivered, that the list was heeded: another mailbox than INBOX, or a
 * header field that names the list, its reason, or spam. Null when nothing does.
 * @throws Inconclusive when the message is in no mailbox that can be read
 */
export async function traceOf(
  services: Services,
  sought: Pick<MailSought, 'token' | 'sent'>,
  marks: readonly string[],
): Promise<string | null> {
  const found = await inMailbox(services, { ...sought, withinMs: DELIVERY });
  if (found) return markOf(found, marks);
  return services.inconclusive('precondition', 'The accepted message is in no mailbox that can be read.');
}

function markOf({ mailbox, bytes, body }: StoredMessage, marks: readonly string[]): string | null {
  if (mailbox.toUpperCase() !== 'INBOX') return `delivered to ${mailbox}`;
  const header = bytes.subarray(0, bytes.length - body.length).toString('latin1');
  const lower = header.toLowerCase();
  const mark = marks.find((one) => lower.includes(one.toLowerCase()));
  if (mark) return `a header field names ${mark}`;
  const spam = /^x-spam(?:-flag|-status|d-result)?:[^\n]*\byes\b[^\n]*/im.exec(header);
  return spam ? spam[0] : null;
}
