import { lines } from '../../wire/bytes.ts';
import type { Mechanism } from '../sasl/exchange.ts';
import { mechanismsInsideTls, mechanismsNamed } from '../sasl/offer.ts';
import { ok, type Pop3Response, type Pop3Session } from './session.ts';

/** CAPA (RFC 2449 §5). */
export function capa(session: Pop3Session): Pop3Response {
  const { site, connection } = session;
  const listed = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE'];
  if (site.life.loginDelay !== undefined) listed.push(`LOGIN-DELAY ${site.life.loginDelay}`);
  if (site.life.wrapsForOldSessions) listed.push('UTF8');
  if (site.offers('pipelining')) listed.push('PIPELINING');
  if (listsStls(session)) listed.push('STLS');
  if (connection.tls ? !site.faulty('pop3-no-login-inside-tls') : listsUserBeforeTls(session))
    listed.push('USER');
  const sasl = listedMechanisms(session);
  if (sasl.length > 0) listed.push(`SASL ${sasl.join(' ')}`);
  return ok('Capability list follows', lines(...listed));
}

function listsStls({ site, connection }: Pop3Session): boolean {
  if (connection.tls) return site.faulty('pop3-offers-stls-inside-tls');
  return site.offers('pop3-stls') && !site.faulty('pop3-omits-stls');
}

function listsUserBeforeTls({ site }: Pop3Session): boolean {
  return site.faulty('pop3-lists-plain-before-tls') || site.faulty('pop3-accepts-user-pass-before-tls');
}

function listedMechanisms(session: Pop3Session): readonly string[] {
  const { site, connection } = session;
  if (connection.tls && site.faulty('pop3-no-login-inside-tls')) return [];
  if (!connection.tls && site.faulty('pop3-lists-plain-before-tls')) return ['PLAIN', 'LOGIN'];
  return pop3Mechanisms(session).map(({ name }) => name);
}

/** What AUTH takes: nothing before TLS but for faults (RFC 5034 §4), the mechanisms of the site inside. */
export function pop3Mechanisms({ site, connection }: Pop3Session): readonly Mechanism[] {
  if (!site.offers('pop3-sasl')) return [];
  if (connection.tls) return mechanismsInsideTls({ site, tls: connection.tls });
  const accepted: string[] = [];
  if (site.faulty('pop3-accepts-sasl-plain-before-tls')) accepted.push('PLAIN');
  if (site.faulty('pop3-offers-apop-before-tls')) accepted.push('CRAM-MD5');
  return mechanismsNamed(accepted);
}
