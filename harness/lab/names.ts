import type { LabTop } from '../check/lab.ts';
/**
 * Names of the lab. They lie directly under `example`, which resolvers look up like any other name (RFC 6761 §6.5);
 * `test`, `invalid` and the like many of them answer themselves (§6.2, §6.4), and names below `example.com` would
 * all have one organisational domain. Nobody real can be reached by them: the top-level domain is reserved, so
 * that nothing is ever delegated there.
 */

/** What every EHLO name of the client lies under. */
export const CLIENT_DOMAIN = 'mailspec.example';
/** MX of every domain that the lab gives out, and the name in the certificate of the sink. */
export const SINK_HOST = 'mx.mailspec-sink.example';
/** Name of the sink in the lab's own interface. */
export const SINK = 'sink';
/** Name of the relay host of a target, and the name in its certificate. */
export const SMARTHOST_NAME = 'relay.mailspec-smarthost.example';
/** Name of the relay host in the lab's own interface, and of who logs in there. */
export const SMARTHOST = 'smarthost';
export const SMARTHOST_USER = 'relayed';

const FORGED = 'forged';

export function checkDomain(label: string, nonce: string, top: LabTop): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(label)) {
    throw new Error(`A label of a lab domain is lower-case letters, digits and hyphens, found "${label}".`);
  }
  return `${label}-${nonce}.${top}`;
}

export function recipientDomain(nonce: string): string {
  return checkDomain('sink', nonce, 'example');
}

export function forgedDomain(nonce: string): string {
  return checkDomain(FORGED, nonce, 'example');
}

/** Only servers that report about a message write to such an address. */
export function isForgedSender(address: string): boolean {
  return new RegExp(`@${FORGED}-[0-9a-f]+\\.example$`, 'i').test(address);
}
