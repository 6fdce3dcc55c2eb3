import { type HeaderField, splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';

/** Removes results that claim to be from here and came from outside (RFC 8601 §5). */
export function withoutForgedResults(site: Site, message: Buffer): Buffer {
  if (site.faulty('forged-results-kept')) return message;
  const { fields, separator, body } = splitMessage(message);
  const forged = fields.filter((field) => isForged(site, field));
  const removed = site.faulty('forged-results-first-removed') ? forged.slice(0, 1) : forged;
  const kept = fields.filter((field) => !removed.includes(field));
  return Buffer.concat([...kept.map(({ octets }) => octets), separator, body]);
}

function isForged(site: Site, { name, value }: HeaderField): boolean {
  if (name !== 'authentication-results') return false;
  if (site.faulty('forged-results-in-variants-kept')) return value.startsWith(`${site.hostname};`);
  return claims(value).includes(site.hostname.toLowerCase());
}

/** The words in front of the first semicolon, comments and quotes removed, in lower case. */
function claims(value: string): readonly string[] {
  const [head = ''] = value.replace(/\([^()]*\)/g, ' ').split(';', 1);
  return head.replaceAll('"', '').toLowerCase().split(/\s+/);
}
