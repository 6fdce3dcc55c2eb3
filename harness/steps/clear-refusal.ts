import { ROLES, type Role } from '../check/check.ts';

/** The first line that answers something: IMAP may tell untagged news in front of it (RFC 9051 §7). */
const FIRST_ANSWER = {
  smtp: /^.*/,
  pop3: /^.*/,
  imap: /^(?:\* (?:BYE|BAD|NO)\b|[^*+\s]\S* (?:OK|NO|BAD)\b).*/im,
} as const;

const REFUSAL = {
  smtp: /^[45]\d\d(?:[ -]|\r|$)/,
  pop3: /^-ERR/i,
  imap: /^\S+ (?:BYE|BAD|NO)\b/i,
} as const;

/**
 * Whether octets that came instead of TLS begin with a refusal. After a go-ahead it says that no TLS comes about
 * (RFC 3207 §4.1, RFC 9051 §6.2.1, RFC 2595 §4), and leaves an ordinary session in the clear: what was sent in the
 * clear may be answered there, without harm.
 */
export function refusesInClear(role: Role, octets: Buffer): boolean {
  const { protocol } = ROLES[role];
  const [first = ''] = FIRST_ANSWER[protocol].exec(octets.toString('latin1')) ?? [];
  return REFUSAL[protocol].test(first);
}
