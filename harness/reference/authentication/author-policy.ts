import type { Site } from '../site.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';
import type { SenderPolicy } from './sender-policy.ts';
import type { Signatures } from './signatures.ts';

/** DMARC of a message (RFC 9989). */
export interface AuthorPolicy {
  readonly findings: readonly Finding[];
  /** What the domain of the author asks for a message that does not pass; `none` where it asks nothing. */
  readonly disposition: 'none' | 'quarantine' | 'reject';
}

/** Looks for an identifier that passed and aligns with the author, and for what the author's domain asks. */
export async function checkAuthorPolicy(
  _site: Site,
  { passed: spfDomains }: SenderPolicy,
  { passed, author }: Signatures,
  lookups: Lookups,
): Promise<AuthorPolicy> {
  const { dmarc } = await import('mailauth/lib/dmarc/index.js');
  const found = await dmarc({
    ...author,
    spfDomains: [...spfDomains],
    dkimDomains: passed.map((domain) => ({ domain })),
    resolver: lookups.resolve,
    strict: true,
  });
  // No author, or several domains of authors: nothing to look up (RFC 9989 §5.3.1).
  if (!found)
    return { findings: [{ method: 'dmarc', result: 'permerror', properties: [] }], disposition: 'none' };
  const { status, policy } = found;
  const from = author.headerFrom[0]?.split('@').at(-1) ?? '';
  const asked =
    status.result === 'fail' && (policy === 'reject' || policy === 'quarantine') ? policy : 'none';
  return {
    findings: [{ method: 'dmarc', result: status.result, properties: [['header.from', from]] }],
    disposition: asked,
  };
}
