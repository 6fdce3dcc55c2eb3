import type { DKIMVerifyResult } from 'mailauth';
import type { Site } from '../site.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';

/** DKIM of a message (RFC 6376). */
export interface Signatures {
  readonly findings: readonly Finding[];
  /** Domains with a good signature. */
  readonly passed: readonly string[];
  /** Addresses of the author, and in how many From fields they stood. */
  readonly author: Pick<DKIMVerifyResult, 'headerFrom' | 'fromFields'>;
}

/** Verifies every signature. */
export async function checkSignatures(_site: Site, message: Buffer, lookups: Lookups): Promise<Signatures> {
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const { results, headerFrom, fromFields } = await dkimVerify(message, {
    resolver: lookups.resolve,
    strict: true,
  });
  return {
    findings: results.map(({ status, signingDomain, selector, algo, signature }) => ({
      method: 'dkim',
      result: status.result,
      properties: [
        ...(signingDomain ? [['header.d', signingDomain] as const] : []),
        ...(selector ? [['header.s', selector] as const] : []),
        ...(algo ? [['header.a', algo] as const] : []),
        ...(signature ? [['header.b', signature.slice(0, 8)] as const] : []),
      ],
    })),
    passed: results.flatMap(({ status, signingDomain }) =>
      status.result === 'pass' && signingDomain ? [signingDomain] : [],
    ),
    author: { headerFrom, fromFields },
  };
}
