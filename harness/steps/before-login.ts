import type { Account } from '../check/check.ts';

/** How far a session at a mailbox goes before a user logs in: without TLS no further, unless the password may travel so. */
export function beforeLogin({
  cleartextSecret,
}: Pick<Account, 'cleartextSecret'>): 'tls' | 'tls-where-offered' {
  return cleartextSecret ? 'tls-where-offered' : 'tls';
}
