import { isMailboxList, splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import type { Evaluated } from './aggregate-reports.ts';
import {
  type Identifiers,
  mistakenIdentifiers,
  mistakenLookups,
  mistakenOutcome,
} from './author-mistakes.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';
import type { SenderPolicy } from './sender-policy.ts';
import type { Signatures } from './signatures.ts';

/** DMARC of a message (RFC 9989). */
export interface AuthorPolicy {
  readonly findings: readonly Finding[];
  /** What the domain of the author asks for a message that does not pass; `none` where it asks nothing. */
  readonly disposition: 'none' | 'quarantine' | 'reject';
  /** What is told to the domain of the author; undefined where it has no record. */
  readonly evaluated?: Pick<Evaluated, 'policyDomain' | 'record' | 'author' | 'dkim' | 'spf'>;
}

/** What is known of a message and its sender. */
export interface Known {
  readonly message: Buffer;
  readonly sender: SenderPolicy;
  readonly signatures: Signatures;
}

/** Looks for an identifier that passed and aligns with the author, and for what the author's domain asks. */
export async function checkAuthorPolicy(site: Site, known: Known, lookups: Lookups): Promise<AuthorPolicy> {
  if (site.faulty('dmarc-not-evaluated')) return { findings: [], disposition: 'none' };
  const { dmarc } = await import('mailauth/lib/dmarc/index.js');
  const honest: Identifiers = {
    ...known.signatures.author,
    spfDomains: [...known.sender.passed],
    dkimDomains: [...known.signatures.passed],
  };
  const { dkimDomains, ...identifiers } = mistakenIdentifiers(site, honest, known);
  const found = await dmarc({
    ...identifiers,
    dkimDomains: dkimDomains.map((domain) => ({ domain })),
    resolver: mistakenLookups(site, identifiers.headerFrom, lookups).resolve,
    strict: true,
  });
  // No author, or several domains of authors: nothing to look up (RFC 9989 §5.3.1).
  if (!found || !hasClearAuthor(site, known.message))
    return { findings: [{ method: 'dmarc', result: 'permerror', properties: [] }], disposition: 'none' };
  const { status, policy } = found;
  // Where SPF or a signature could not be decided, neither can DMARC (RFC 9989 §5.3.6).
  const undecided = status.result === 'fail' && hasTemporaryError(known);
  const honestly = { result: undecided ? 'temperror' : status.result, policy };
  const outcome = mistakenOutcome(site, honestly, known);
  const from = identifiers.headerFrom[0]?.split('@').at(-1) ?? '';
  const asked = outcome.result === 'fail' ? outcome.policy : 'none';
  const unmarked = asked !== 'none' && site.faulty('dmarc-failure-delivered-unmarked');
  return {
    findings: unmarked
      ? []
      : [{ method: 'dmarc', result: outcome.result, properties: [['header.from', from]] }],
    disposition: (asked === 'reject' || asked === 'quarantine') && !unmarked ? asked : 'none',
    ...(found.rr === undefined
      ? {}
      : {
          evaluated: {
            policyDomain: found.policyDomain ?? from,
            record: found.rr,
            author: from,
            dkim: found.alignment.dkim.result ? 'pass' : 'fail',
            spf: found.alignment.spf.result ? 'pass' : 'fail',
          },
        }),
  };
}

function hasTemporaryError({ sender, signatures }: Known): boolean {
  return [...sender.findings, ...signatures.findings].some(({ result }) => result === 'temperror');
}

/** Every From field can be read in one way only; what cannot is nobody's word. */
function hasClearAuthor(site: Site, message: Buffer): boolean {
  if (site.faulty('dmarc-last-from-counts') || site.faulty('dmarc-first-author-counts')) return true;
  const authors = splitMessage(message).fields.filter(({ name }) => name === 'from');
  return authors.every(({ value }) => isMailboxList(value));
}
