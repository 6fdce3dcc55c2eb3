import type { DKIMVerifyResult } from 'mailauth';
import { parseTagList } from '../../authentication/dkim/tag-list.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import type { Reply } from '../smtp/reply.ts';
import type { Finding } from './finding.ts';
import type { Lookups } from './lookups.ts';
import { refusalForSignatures } from './signature-dispositions.ts';
import { mistakenResult, verifiedBy } from './signature-mistakes.ts';
import { partialCoverage } from './signed-part.ts';

/** DKIM of a message (RFC 6376). */
export interface Signatures {
  readonly findings: readonly Finding[];
  /** Domains with a good signature. */
  readonly passed: readonly string[];
  /** Addresses of the author, and in how many From fields they stood. */
  readonly author: Pick<DKIMVerifyResult, 'headerFrom' | 'fromFields'>;
  /** What a fault answers because of a signature. */
  readonly refusal: Reply | undefined;
}

/**
 * Verifies every signature. One that passes and leaves a part of the body out is reported as `policy`, and
 * one whose l= is larger than the body as `permerror` (RFC 6376 §3.5, §8.2).
 */
export async function checkSignatures(
  site: Pick<Site, 'faulty'>,
  message: Buffer,
  lookups: Lookups,
): Promise<Signatures> {
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  const { fields: all, body } = splitMessage(message);
  const fields = all.filter(({ name }) => name === 'dkim-signature');
  const { results, headerFrom, fromFields } = await dkimVerify(verifiedBy(site, message), {
    resolver: lookups.resolve,
    strict: true,
    ...(site.faulty('dkim-takes-short-keys') ? { minBitLength: 1 } : {}),
  });
  const judged = await Promise.all(
    results.map(async (found, index) => {
      const tags = parseTagList(fields[index]?.value ?? '');
      const proper = partialCoverage(site, found) ?? found.status.result;
      return { found, tags, result: await mistakenResult(site, { found, tags, body, proper, lookups }) };
    }),
  );
  const silent = site.faulty('dkim-verifies-nothing');
  return {
    findings: silent ? [] : judged.map(({ found, result }) => finding(found, result)),
    passed: judged.flatMap(({ found: { signingDomain }, result }) =>
      result === 'pass' && signingDomain ? [signingDomain] : [],
    ),
    author: { headerFrom, fromFields },
    refusal: await refusalForSignatures(site, judged, lookups),
  };
}

function finding(
  { signingDomain, selector, algo, signature }: DKIMVerifyResult['results'][number],
  result: string,
): Finding {
  return {
    method: 'dkim',
    result,
    properties: [
      ...(signingDomain ? [['header.d', signingDomain] as const] : []),
      ...(selector ? [['header.s', selector] as const] : []),
      ...(algo ? [['header.a', algo] as const] : []),
      ...(signature ? [['header.b', signature.slice(0, 8)] as const] : []),
    ],
  };
}
