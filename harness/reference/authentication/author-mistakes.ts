import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import type { Known } from './author-policy.ts';
import type { Lookups } from './lookups.ts';

/** What DMARC is decided from: the addresses of the author, and the domains that passed. */
export interface Identifiers {
  readonly headerFrom: string[];
  readonly fromFields: number;
  readonly spfDomains: string[];
  readonly dkimDomains: string[];
}

const domainOf = (address: string | undefined) => (address ?? '').split('@').at(-1) ?? '';

/** The identifiers as a faulty evaluator takes them; as they are without a fault. */
export function mistakenIdentifiers(site: Site, honest: Identifiers, { sender }: Known): Identifiers {
  const { headerFrom, spfDomains, dkimDomains } = honest;
  const author = domainOf(headerFrom[0]);
  if (site.faulty('dmarc-any-signature-counts') && dkimDomains.length > 0)
    return { ...honest, dkimDomains: [author] };
  if (site.faulty('dmarc-compares-ends-of-names') && spfDomains.some((domain) => domain.endsWith(author)))
    return { ...honest, spfDomains: [author] };
  if (site.faulty('dmarc-ignores-signatures')) return { ...honest, dkimDomains: [] };
  if (site.faulty('dmarc-spf-none-counts')) {
    const unnamed = sender.findings.find(({ properties: [[name] = ['']] }) => name === 'smtp.mailfrom');
    const [[, address] = ['', '']] = unnamed?.properties ?? [];
    if (unnamed?.result === 'none') return { ...honest, spfDomains: [domainOf(address)] };
  }
  if (site.faulty('dmarc-last-from-counts'))
    return { ...honest, headerFrom: headerFrom.slice(-1), fromFields: Math.min(1, headerFrom.length) };
  if (site.faulty('dmarc-first-author-counts'))
    return { ...honest, headerFrom: headerFrom.slice(0, 1), fromFields: Math.min(1, headerFrom.length) };
  return honest;
}

/** Rewrites what a record says before it is read. */
const REWRITINGS = {
  'dmarc-strict-alignment-ignored': (text: string) => text.replace(/(adkim|aspf)=s/g, '$1=r'),
  'dmarc-relaxed-alignment-refused': (text: string) => text.replace(/(adkim|aspf)=r/g, '$1=s'),
  'dmarc-test-mode-ignored': (text: string) => text.replace(/;\s*t=y/g, ''),
  'dmarc-unknown-tags-break-record': (text: string) => (/\bx=/.test(text) ? '' : text),
  'dmarc-version-anywhere': (text: string) =>
    `v=DMARC1; ${text.replace(/\s*v=dmarc\d+\s*;?/i, '').replace(/;\s*$/, '')}`,
} as const;

/** The DNS as a faulty evaluator sees it. */
export function mistakenLookups(site: Site, headerFrom: readonly string[], lookups: Lookups): Lookups {
  const author = domainOf(headerFrom[0]);
  const rewritings = Object.entries(REWRITINGS).flatMap(([fault, rewrite]) =>
    site.faulty(fault as keyof typeof REWRITINGS) ? [rewrite] : [],
  );
  return {
    ...lookups,
    async resolve(name, type) {
      const isPolicy = name.startsWith('_dmarc.') && type === 'TXT';
      if (isPolicy && site.faulty('dmarc-asks-exact-domain-only') && name !== `_dmarc.${author}`)
        throw Object.assign(new Error('not asked'), { code: 'ENOTFOUND' });
      const records = await lookups.resolve(name, type);
      if (!isPolicy) return records;
      const texts = records.map((record) => [record].flat().join(''));
      const chosen = site.faulty('dmarc-first-of-several-records') ? texts.slice(0, 1) : texts;
      return chosen.map((text) => [rewritings.reduce((seen, rewrite) => rewrite(seen), text)]);
    },
  };
}

interface Outcome {
  readonly result: string;
  readonly policy: string;
}

/** The outcome as a faulty evaluator draws it. */
export function mistakenOutcome(site: Site, honest: Outcome, { message, signatures }: Known): Outcome {
  const { result, policy } = honest;
  const failed = signatures.findings.some((finding) => finding.result === 'fail');
  if (site.faulty('dmarc-broken-signature-fails') && failed) return { result: 'fail', policy };
  if (site.faulty('dmarc-none-goes-to-junk') && policy === 'none') return { result, policy: 'quarantine' };
  if (result === 'temperror' && site.faulty('dmarc-servfail-refuses'))
    return { result: 'fail', policy: 'reject' };
  if (result === 'temperror' && site.faulty('dmarc-servfail-passes')) return { result: 'pass', policy };
  if (site.faulty('dmarc-believes-forged-results') && claimsGoodSignature(site, message))
    return { result: 'pass', policy };
  if (site.faulty('arc-trusted-unverified') && claimsPass(message)) return { result: 'pass', policy };
  return honest;
}

/** A field that came with the message says for this server that a signature was good. */
function claimsGoodSignature(site: Site, message: Buffer): boolean {
  return splitMessage(message).fields.some(
    ({ name, value }) =>
      name === 'authentication-results' && value.includes(`${site.hostname};`) && /\bdkim=pass\b/.test(value),
  );
}

/** The topmost seal says that the chain below it was good. */
function claimsPass(message: Buffer): boolean {
  const seal = splitMessage(message).fields.find(({ name }) => name === 'arc-seal');
  return seal !== undefined && /\bcv=pass\b/.test(seal.value);
}
