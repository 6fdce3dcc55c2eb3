import type { Entry, ReceivedMessage } from 'net-mocks';
import type { ArrivedMessage, MessageSought } from '../check/lab.ts';
import { CRLF } from '../wire/bytes.ts';
import { isForgedSender } from './names.ts';

/** Folding white space within a header field (RFC 5322 §2.2.3). */
const FOLD = new RegExp(`${CRLF.toString()}[ \\t]+`, 'g');

/** A message of a receiving server as a check sees it. */
export function arrivedMessage(entry: Entry<ReceivedMessage>): ArrivedMessage {
  const sender = entry.envelope.from.address;
  const recipients = entry.envelope.to.map(({ address }) => address);
  return {
    kind: isReport(sender, recipients, entry.content) ? 'report' : 'delivery',
    seq: entry.seq,
    time: entry.time,
    sender,
    recipients,
    content: entry.content,
    received: entry.received,
    tls: entry.tls,
    clientAddress: entry.client.address,
    bySmarthost: entry.via !== null,
    hello: entry.hello,
    code: entry.code,
  };
}

export function matches(message: ArrivedMessage, { token, recipient, kind }: MessageSought): boolean {
  if (kind !== undefined && message.kind !== kind) return false;
  if (recipient !== undefined && !message.recipients.some((one) => equal(one, recipient))) return false;
  return token === undefined || carries(message, token);
}

/** A null reverse-path alone proves nothing: a message that a check sent with one keeps it on its way. */
function isReport(sender: string, recipients: readonly string[], content: Buffer): boolean {
  if (recipients.some(isForgedSender)) return true;
  if (sender !== '') return false;
  const header = headerOf(content);
  return /^content-type:\s*multipart\/report\b/im.test(header) || /^auto-submitted:\s*auto-/im.test(header);
}

/** Up to the first empty line; folded lines are joined. */
function headerOf(content: Buffer): string {
  const end = content.indexOf(Buffer.concat([CRLF, CRLF]));
  return content
    .subarray(0, end < 0 ? content.length : end)
    .toString('latin1')
    .replaceAll(FOLD, ' ');
}

function carries({ recipients, content }: ArrivedMessage, token: string): boolean {
  const sought = token.toLowerCase();
  return (
    recipients.some((one) => one.toLowerCase().includes(sought)) ||
    content.toString('latin1').toLowerCase().includes(sought)
  );
}

function equal(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
