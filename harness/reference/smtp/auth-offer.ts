import type { Mechanism } from '../sasl/exchange.ts';
import { mechanismsInsideTls, mechanismsNamed } from '../sasl/offer.ts';
import type { SmtpSession } from './session.ts';

/** What AUTH lists and takes before TLS: nothing, but for faults. */
export interface OfferBeforeTls {
  readonly listed: readonly string[];
  readonly accepted: readonly Mechanism[];
}

/** Mechanisms before TLS: a good server has none there (RFC 4954 §4, RFC 8314 §4). */
export function mechanismsBeforeTls({ site, role }: SmtpSession): OfferBeforeTls {
  const listed: string[] = [];
  const accepted: string[] = [];
  if (role === 'mx') {
    if (site.faulty('mx-advertises-plain-before-tls')) {
      listed.push('LOGIN', 'PLAIN');
      accepted.push('LOGIN', 'PLAIN');
    }
    if (site.faulty('mx-accepts-hidden-auth-before-tls')) accepted.push('LOGIN', 'PLAIN');
  }
  if (role === 'submission') {
    if (site.faulty('smtp-advertises-plain-before-tls')) listed.push('PLAIN', 'LOGIN');
    if (site.faulty('smtp-accepts-hidden-auth-before-tls')) accepted.push('PLAIN');
    if (site.faulty('smtp-advertises-bearer-before-tls')) {
      listed.push('OAUTHBEARER', 'XOAUTH2');
      accepted.push('OAUTHBEARER', 'XOAUTH2');
    }
    if (site.faulty('smtp-offers-cram-md5-before-tls')) {
      listed.push('CRAM-MD5');
      accepted.push('CRAM-MD5');
    }
  }
  return { listed, accepted: mechanismsNamed(accepted) };
}

/** Mechanisms inside TLS: none on mx, those of the site on submission. */
export function smtpMechanisms(session: SmtpSession): readonly Mechanism[] {
  const { site, role } = session;
  if (role === 'mx') {
    return site.faulty('mx-advertises-plain-before-tls') ? mechanismsNamed(['LOGIN', 'PLAIN']) : [];
  }
  if (!site.offers('smtp-auth') || site.faulty('smtp-no-auth-inside-tls')) return [];
  const offered = mechanismsInsideTls({ site, tls: session.connection.tls });
  const listed = site.faulty('auth-offers-anonymous')
    ? [...offered, ...mechanismsNamed(['ANONYMOUS'])]
    : offered;
  return site.faulty('smtp-omits-plain-inside-tls') ? listed.filter(({ name }) => name !== 'PLAIN') : listed;
}
