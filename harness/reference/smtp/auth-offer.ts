import type { Mechanism } from '../sasl/exchange.ts';
import { mechanismsInsideTls, mechanismsNamed } from '../sasl/offer.ts';
import type { SmtpSession } from './session.ts';

/** What EHLO lists after AUTH, and what AUTH takes; the two differ under faults only. */
export interface AuthOffer {
  readonly listed: readonly string[];
  readonly accepted: readonly Mechanism[];
}

/** The offer in the present state: a good server has none before TLS (RFC 4954 §4, RFC 8314 §4) and none on mx. */
export function authOffer(session: SmtpSession): AuthOffer {
  return session.connection.tls ? offerInsideTls(session) : offerBeforeTls(session);
}

function offerBeforeTls({ site, role }: SmtpSession): AuthOffer {
  const listed: string[] = [];
  const accepted: string[] = [];
  if (role === 'mx') {
    if (site.faulty('mx-advertises-plain-before-tls')) {
      listed.push('LOGIN', 'PLAIN');
      accepted.push('LOGIN', 'PLAIN');
    }
    if (site.faulty('mx-accepts-hidden-auth-before-tls')) accepted.push('LOGIN');
  }
  if (role === 'submission') {
    if (site.faulty('smtp-advertises-plain-before-tls')) listed.push('PLAIN', 'LOGIN');
    if (site.faulty('smtp-accepts-hidden-auth-before-tls')) accepted.push('PLAIN');
    if (site.faulty('smtp-keeps-login-across-tls') || site.faulty('begun-login-survives-upgrade'))
      accepted.push('PLAIN');
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

function offerInsideTls({ site, role, connection }: SmtpSession): AuthOffer {
  const offered: Mechanism[] = [];
  if (role === 'mx') {
    if (site.faulty('mx-advertises-plain-before-tls')) offered.push(...mechanismsNamed(['LOGIN', 'PLAIN']));
  } else if (site.offers('smtp-auth') && !site.faulty('smtp-no-auth-inside-tls')) {
    offered.push(...mechanismsInsideTls({ site, tls: connection.tls }));
    if (role === 'submissions' && site.faulty('submissions-offers-weak-mechanisms')) {
      offered.push(...mechanismsNamed(['CRAM-MD5']));
    }
    if (site.faulty('auth-offers-anonymous')) offered.push(...mechanismsNamed(['ANONYMOUS']));
  }
  const taken = offered
    .filter(({ name }) => name !== 'PLAIN' || !site.faulty('smtp-omits-plain-inside-tls'))
    .filter(({ name }) => name === 'LOGIN' || !site.life.authLoginOnly);
  const hidden = site.faulty('auth-external-without-certificate') ? mechanismsNamed(['EXTERNAL']) : [];
  return { listed: taken.map(({ name }) => name), accepted: [...taken, ...hidden] };
}
