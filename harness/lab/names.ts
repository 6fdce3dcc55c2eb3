import type { LabTop } from '../check/lab.ts';
/** Names of the lab. The top-level domains are reserved for tests and documentation (RFC 6761 §6.2, §6.5). */

/** What every EHLO name of the client lies under. */
export const CLIENT_DOMAIN = 'mailspec.test';
/** MX of every domain that the lab gives out, and the name in the certificate of the sink. */
export const SINK_HOST = 'mx.mailspec-sink.test';
/** Name of the sink in the lab's own interface. */
export const SINK = 'sink';

const FORGED = 'forged';

export function checkDomain(label: string, nonce: string, top: LabTop): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(label)) {
    throw new Error(`A label of a lab domain is lower-case letters, digits and hyphens, found "${label}".`);
  }
  return `${label}-${nonce}.${top}`;
}

export function recipientDomain(nonce: string): string {
  return checkDomain('sink', nonce, 'test');
}

export function forgedDomain(nonce: string): string {
  return checkDomain(FORGED, nonce, 'example');
}

/** Only servers that report about a message write to such an address. */
export function isForgedSender(address: string): boolean {
  return new RegExp(`@${FORGED}-[0-9a-f]+\\.example$`, 'i').test(address);
}
