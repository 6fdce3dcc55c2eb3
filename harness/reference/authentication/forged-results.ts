import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';

/** Removes results that claim to be from here and came from outside (RFC 8601 §5). */
export function withoutForgedResults({ hostname }: Site, message: Buffer): Buffer {
  const { fields, separator, body } = splitMessage(message);
  const kept = fields.filter(
    ({ name, value }) => name !== 'authentication-results' || !claims(value).includes(hostname.toLowerCase()),
  );
  return Buffer.concat([...kept.map(({ octets }) => octets), separator, body]);
}

/** The words in front of the first semicolon, comments and quotes removed, in lower case. */
function claims(value: string): readonly string[] {
  const [head = ''] = value.replace(/\([^()]*\)/g, ' ').split(';', 1);
  return head.replaceAll('"', '').toLowerCase().split(/\s+/);
}
