import { OAUTHBEARER, XOAUTH2 } from './bearer.ts';
import type { Mechanism, SaslContext } from './exchange.ts';
import { LOGIN, PLAIN } from './password.ts';
import {
  offersChannelBinding,
  SCRAM_SHA_1,
  SCRAM_SHA_1_PLUS,
  SCRAM_SHA_256,
  SCRAM_SHA_256_PLUS,
} from './scram.ts';
import { ANONYMOUS, CRAM_MD5, EXTERNAL } from './weak-mechanisms.ts';

const MECHANISMS: readonly Mechanism[] = [
  SCRAM_SHA_256_PLUS,
  SCRAM_SHA_256,
  SCRAM_SHA_1_PLUS,
  SCRAM_SHA_1,
  OAUTHBEARER,
  XOAUTH2,
  PLAIN,
  LOGIN,
  CRAM_MD5,
  ANONYMOUS,
  EXTERNAL,
];

/** The mechanisms of these names, in the order given. */
export function mechanismsNamed(names: readonly string[]): readonly Mechanism[] {
  return names.flatMap((name) => MECHANISMS.filter((mechanism) => mechanism.name === name));
}

/** What the site offers inside TLS, the strongest first; the same on SMTP, POP3 and IMAP. */
export function mechanismsInsideTls(context: SaslContext): readonly Mechanism[] {
  const { site } = context;
  const offered: Mechanism[] = [];
  if (!site.faulty('auth-offers-only-plain')) {
    if (site.offers('scram')) {
      const plus = offersChannelBinding(context);
      if (plus) offered.push(SCRAM_SHA_256_PLUS);
      offered.push(SCRAM_SHA_256);
      if (plus) offered.push(SCRAM_SHA_1_PLUS);
      offered.push(SCRAM_SHA_1);
    }
    if (site.offers('bearer')) offered.push(OAUTHBEARER, XOAUTH2);
  }
  offered.push(PLAIN, LOGIN);
  if (site.faulty('auth-offers-weak-mechanisms')) offered.push(CRAM_MD5);
  return offered;
}
