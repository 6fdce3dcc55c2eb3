import { domainOf } from './path.ts';
import type { SmtpSession } from './session.ts';

/** Whether the authenticated user may send from an address: it is his own, or a fault is lenient. */
export function maySendFrom(session: SmtpSession, sender: string): boolean {
  const { site, account } = session;
  if (site.directory.find(sender) === account || impersonates(session)) return true;
  return site.faulty('submission-forwards-unqualified-sender') && !isQualified(domainOf(sender));
}

/** Whether the authenticated user may be named as author under one of these addresses. */
export function mayBeAuthor(session: SmtpSession, addresses: readonly string[]): boolean {
  const { site, account } = session;
  if (impersonates(session) || site.faulty('submission-takes-foreign-from')) return true;
  return addresses.some((address) => site.directory.find(address) === account);
}

function impersonates({ site, role }: SmtpSession): boolean {
  return (
    site.faulty('submission-sends-as-other-user') ||
    (role === 'submissions' && site.faulty('submissions-sends-as-other-user'))
  );
}

/** Faults under which submission relays without AUTH. */
export function relaysForAnybody({ site, role }: SmtpSession): boolean {
  return (
    site.faulty('submission-relays-unauthenticated-mail') ||
    (role === 'submissions' && site.faulty('submissions-relays-unauthenticated-mail'))
  );
}

/** More than one label, or an address literal (RFC 6409 §4.2). */
export function isQualified(domain: string): boolean {
  return /[.[]/.test(domain);
}
