import { isIPv4 } from 'node:net';
import type { ServerConnection } from '../session/connection.ts';
import type { Site } from '../site.ts';
import type { MailboxClient } from './grants.ts';

/** State of a mailbox session that a fault lets the client speak for another address in. */
export interface AddressHolder {
  readonly site: Site;
  readonly connection: ServerConnection;
  /** The address that the client says to come from, where it is believed. */
  assertedAddress: string | undefined;
}

/** The client of a mailbox session, as far as relay grants are concerned. */
export function mailboxClient(
  { connection, assertedAddress }: AddressHolder,
  protocol: MailboxClient['protocol'],
): MailboxClient {
  return {
    protocol,
    address: assertedAddress ?? connection.clientAddress,
    secured: connection.tls !== undefined,
  };
}

const ASSERTIONS = [
  // A PROXY protocol header, version 1.
  /^PROXY TCP4 (\S+) /,
  /^XCLIENT (?:\S+ )*ADDR=(\S+)/i,
  // RFC 2971 with the field that mail proxies send.
  /^\S+ ID \(.*"x-originating-ip" "([^"]+)".*\)$/i,
] as const;

/** Fault: a line by which a client gives another address than its own is believed; whether this was one. */
export function believes(session: AddressHolder, text: string): boolean {
  if (!session.site.faulty('pop-before-smtp-believes-asserted-address')) return false;
  const asserted = ASSERTIONS.map((form) => form.exec(text)?.[1]).find((found) => found !== undefined);
  if (asserted === undefined || !isIPv4(asserted)) return false;
  session.assertedAddress = asserted;
  return true;
}
