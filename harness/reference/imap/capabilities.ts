import type { Mechanism } from '../sasl/exchange.ts';
import { mechanismsInsideTls, mechanismsNamed } from '../sasl/offer.ts';
import type { ImapSession } from './session.ts';

/** What CAPABILITY lists in the present state (RFC 9051 §7.2.2). */
export function capabilities(session: ImapSession): string {
  const { site, connection, account } = session;
  const listed = ['IMAP4rev1', 'LITERAL-', 'SASL-IR', 'NAMESPACE', 'UNSELECT'];
  if (listsStartTls(session)) listed.push('STARTTLS');
  if (site.life.wrapsForOldSessions) listed.push('ENABLE', 'UTF8=ACCEPT');
  if (account) return listed.join(' ');
  if (connection.tls) {
    if (site.faulty('imap-keeps-logindisabled-inside-tls') || site.life.loginDisabled)
      listed.push('LOGINDISABLED');
    if (!site.faulty('imap-keeps-logindisabled-inside-tls'))
      listed.push(...imapMechanisms(session).map(({ name }) => `AUTH=${name}`));
    return listed.join(' ');
  }
  if (!site.faulty('imap-omits-logindisabled')) listed.push('LOGINDISABLED');
  else if (!site.faulty('imap-accepts-authenticate-before-tls')) listed.push('AUTH=PLAIN');
  listed.push(...imapMechanisms(session).map(({ name }) => `AUTH=${name}`));
  return listed.join(' ');
}

function listsStartTls({ site, connection, account }: ImapSession): boolean {
  if (connection.tls) return site.faulty('imap-offers-starttls-inside-tls');
  return !account && site.offers('imap-starttls') && !site.faulty('imap-omits-starttls');
}

/** What AUTHENTICATE takes: nothing before TLS but for a fault, the mechanisms of the site inside. */
export function imapMechanisms({ site, connection }: ImapSession): readonly Mechanism[] {
  if (connection.tls) return mechanismsInsideTls({ site, tls: connection.tls });
  const isOpen =
    site.faulty('imap-accepts-authenticate-before-tls') || site.faulty('begun-login-survives-upgrade');
  return isOpen ? mechanismsNamed(['PLAIN']) : [];
}
