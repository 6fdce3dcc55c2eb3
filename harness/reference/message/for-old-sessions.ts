import { lines } from '../../wire/bytes.ts';
import type { Site } from '../site.ts';
import type { StoredMessage } from '../store/mailbox.ts';
import { splitMessage } from './header.ts';

/**
 * A message as a session is shown it that did not say that it understands UTF-8 in header fields (RFC 6856 §2,
 * RFC 6855 §3): where internationalised mail is wrapped for such sessions, it lies in a message of ASCII.
 */
export function shownTo({ life }: Site, isUtf8: boolean, message: StoredMessage): StoredMessage {
  if (!life.wrapsForOldSessions || isUtf8) return message;
  const { content } = message;
  const { body } = splitMessage(content);
  const header = content.subarray(0, content.length - body.length);
  if (!header.some((octet) => octet > 0x7f)) return message;
  const encoded = content.toString('base64').match(/.{1,76}/g) ?? [];
  const wrapper = lines(
    'Subject: An internationalized message',
    'MIME-Version: 1.0',
    'Content-Type: message/global',
    'Content-Transfer-Encoding: base64',
    '',
    ...encoded,
  );
  return { ...message, content: wrapper };
}
