import type { DnsRecord } from '../message.ts';

/**
 * RFC 4035 §4.3. `insecure`: it is proven, or known, that a zone above is not signed. `bogus`: it should be signed, and is
 * not, or not rightly. `indeterminate`: what the resolver sends does not allow to tell.
 */
export type Security = 'secure' | 'insecure' | 'bogus' | 'indeterminate';

/** How sure something is, and why, as a sentence without full stop; empty where it is secure. */
export interface Judged {
  readonly security: Security;
  readonly why: string;
}

/** What is known of the zone that a name lies in. */
export type ZoneState =
  | { readonly security: 'secure'; readonly zone: string; readonly keys: readonly DnsRecord[] }
  | { readonly security: Exclude<Security, 'secure'>; readonly why: string };

export const SECURE: Judged = { security: 'secure', why: '' };

const WORST_FIRST: readonly Security[] = ['bogus', 'indeterminate', 'insecure', 'secure'];

/** What all of these come to together. */
export function worstOf(judged: readonly Judged[]): Judged {
  for (const security of WORST_FIRST) {
    const found = judged.find((one) => one.security === security);
    if (found) return found;
  }
  return SECURE;
}
