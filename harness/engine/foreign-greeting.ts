import type { Endpoint } from '../model/endpoint.ts';
import { WrongDeclaration } from '../model/outcomes.ts';
import { type Protocol, ROLES, type Role } from '../model/roles.ts';

/** How servers begin, welcome or not: RFC 5321 §4.2, RFC 1939 §4, RFC 3501 §7.1. */
const BEGINNINGS: Readonly<Record<Protocol, RegExp>> = {
  smtp: /^[245][0-9][0-9][ -]/,
  pop3: /^(\+OK|-ERR)[ \r\n]/,
  imap: /^\* (OK|PREAUTH|BYE) /i,
};
const NAMES: Readonly<Record<Protocol, string>> = { smtp: 'an SMTP', pop3: 'a POP3', imap: 'an IMAP' };
/** Octets by which every beginning is told from the others. */
export const ENOUGH = 10;

/**
 * What the first octets of a server say about the declaration: a role at the port of another protocol is a mistake in
 * the targets file, and nothing that happens there is a finding about the server.
 * @returns why nothing can be decided there; undefined for a greeting of the role, and for what is no greeting at all
 */
export function foreignGreeting(role: Role, { port }: Endpoint, first: Buffer): WrongDeclaration | undefined {
  const { protocol } = ROLES[role];
  const spoken = greetingProtocol(first);
  if (spoken === undefined || spoken === protocol) return undefined;
  return new WrongDeclaration(
    `${role} is declared at port ${port}, where ${NAMES[spoken]} server greets: the declaration (roles) is wrong.`,
  );
}

/** The protocol of a server by its first octets; undefined for what is no greeting at all. */
export function greetingProtocol(first: Buffer): Protocol | undefined {
  const text = first.toString('latin1');
  return (['smtp', 'pop3', 'imap'] as const).find((one) => BEGINNINGS[one].test(text));
}
