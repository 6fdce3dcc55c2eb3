import type { LabAccess, LabNames } from '../model/lab-access.ts';

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

/** Where the names lie of a lab that no server can mistake for a part of the Internet. */
const NOBODYS_NAMES: LabNames = { top: 'example', clients: CLIENT_DOMAIN, sink: SINK_HOST };

/** Where the names of a lab lie. */
export function namesOf({ names }: Pick<LabAccess, 'names'>): LabNames {
  return names ?? NOBODYS_NAMES;
}

/** What every EHLO name of the client lies under; the same where there is no lab. */
export function clientDomain(lab: Pick<LabAccess, 'names'> | null | undefined): string {
  return namesOf(lab ?? {}).clients;
}

const FORGED = 'forged';

export function checkDomain(label: string, nonce: string, top: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(label)) {
    throw new Error(`A label of a lab domain is lower-case letters, digits and hyphens, found "${label}".`);
  }
  return `${label}-${nonce}.${top}`;
}

export function recipientDomain(nonce: string, top: string): string {
  return checkDomain('sink', nonce, top);
}

export function forgedDomain(nonce: string, top: string): string {
  return checkDomain(FORGED, nonce, top);
}

/** Only servers that report about a message write to such an address; a run in the open has a zone of its own. */
export function isForgedSender(address: string): boolean {
  return new RegExp(`@${FORGED}-[0-9a-f]+\\.(example|r[0-9a-f]{16}\\..+)$`, 'i').test(address);
}
