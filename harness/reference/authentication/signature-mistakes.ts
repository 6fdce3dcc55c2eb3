import { createHash, verify } from 'node:crypto';
import type { DKIMResult } from 'mailauth';
import { canonicalBody } from '../../authentication/dkim/canonicalization.ts';
import { membersOf, type Tag, tagValue } from '../../authentication/dkim/tag-list.ts';
import type { FaultName } from '../../model/faults.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import { type KeyInUse, keyOf } from './key-lookup.ts';
import type { Lookups } from './lookups.ts';

/** A signature as the verifier found it. */
export interface SeenSignature {
  readonly found: DKIMResult;
  readonly tags: readonly Tag[] | null;
  /** The body of the message. */
  readonly body: Buffer;
  /** The result that it deserves. */
  readonly proper: string;
}

/** Signatures a verifier never sees under some faults: those that it does not look at. */
export function verifiedBy({ faulty }: Pick<Site, 'faulty'>, message: Buffer): Buffer {
  const seen = faulty('dkim-verifies-nothing')
    ? 0
    : faulty('dkim-looks-at-first-signature-only')
      ? 1
      : faulty('dkim-looks-at-ten-signatures')
        ? 10
        : undefined;
  if (seen === undefined) return message;
  const { fields, separator, body } = splitMessage(message);
  const ignored = new Set(fields.filter(({ name }) => name === 'dkim-signature').slice(seen));
  const kept = fields.filter((field) => !ignored.has(field)).map(({ octets }) => octets);
  return Buffer.concat([...kept, separator, body]);
}

type Defect = (seen: SeenSignature, key: KeyInUse) => boolean;

/** Rules that a fault overlooks: a signature that breaks one passes where its hashes and its key hold. */
const OVERLOOKED: Readonly<Partial<Record<FaultName, Defect>>> = {
  'dkim-takes-sha1': ({ found }) => found.algo === 'rsa-sha1',
  'dkim-needs-no-author': ({ tags }) => !membersOf(tagValue(tags, 'h')).includes('from'),
  'dkim-takes-foreign-identities': ({ found, tags }) => !isWithin(identityDomain(tags), found.signingDomain),
  'dkim-takes-any-version': ({ tags }) => tagValue(tags, 'v') !== '1',
  'dkim-overlooks-key-hashes': (_seen, { tags }) => tagValue(tags, 'h') !== undefined,
  'dkim-overlooks-key-service': (_seen, { tags }) => tagValue(tags, 's') !== undefined,
  'dkim-overlooks-key-strictness': (_seen, { tags }) => membersOf(tagValue(tags, 't')).includes('s'),
  'dkim-overlooks-expiry': ({ tags }) => tagValue(tags, 'x') !== undefined,
};

/** Results that a fault turns into others, whatever the hashes. */
const MISREPORTED: readonly (readonly [FaultName, (seen: SeenSignature) => boolean, string])[] = [
  ['dkim-knows-no-ed25519', ({ found }) => found.algo === 'ed25519-sha256', 'neutral'],
  ['dkim-takes-no-long-keys', ({ found }) => (found.modulusLength ?? 0) > 2048, 'neutral'],
  ['dkim-overlooks-header-changes', (seen) => seen.proper === 'fail' && sameBody(seen), 'pass'],
  ['dkim-refolding-breaks-signatures', ({ found }) => foldsSubject(found), 'fail'],
  ['dkim-misjudges-empty-bodies', ({ found }) => isEmpty(found), 'fail'],
  ['dkim-unknown-key-passes', ({ proper }) => proper === 'temperror', 'pass'],
  ['dkim-unknown-key-is-permanent', ({ proper }) => proper === 'temperror', 'permerror'],
];

/** The result that is reported: the proper one, but for the faults that are switched on. */
export async function mistakenResult(
  { faulty }: Pick<Site, 'faulty'>,
  { lookups, ...seen }: SeenSignature & { readonly lookups: Lookups },
): Promise<string> {
  const { found, proper } = seen;
  const misreported = MISREPORTED.find(([fault, applies]) => faulty(fault) && applies(seen));
  if (misreported) return misreported[2];
  const overlooks = Object.entries(OVERLOOKED).filter(([fault]) => faulty(fault as FaultName));
  const needsKey =
    overlooks.length > 0 || faulty('dkim-overlooks-body-changes') || faulty('dkim-missing-key-is-temporary');
  if (proper === 'pass' || !needsKey) return proper;
  const key = await keyOf(found, lookups);
  if (!key) return faulty('dkim-missing-key-is-temporary') && found.selector ? 'temperror' : proper;
  if (!holds(found, key)) return proper;
  if (!sameBody(seen)) return faulty('dkim-overlooks-body-changes') ? 'pass' : proper;
  return overlooks.some(([, breaks]) => breaks(seen, key)) ? 'pass' : proper;
}

/** Whether `b=` is the signature of the header as it came. */
function holds({ algo, signature, signingHeaders }: DKIMResult, { publicKey }: KeyInUse): boolean {
  if (!publicKey || !signingHeaders || signature === undefined) return false;
  const header = Buffer.from(signingHeaders.canonicalizedHeader, 'base64');
  const value = Buffer.from(signature, 'base64');
  if (publicKey.asymmetricKeyType === 'ed25519')
    return verify(null, createHash('sha256').update(header).digest(), publicKey, value);
  return verify(algo === 'rsa-sha1' ? 'sha1' : 'sha256', header, publicKey, value);
}

/** Whether `bh=` is right; hashed here, because invalid signatures are not looked at so far. */
function sameBody({ found, tags, body }: SeenSignature): boolean {
  const method = /\/relaxed$/.test(found.format ?? '') ? 'relaxed' : 'simple';
  const hash = createHash(found.algo === 'rsa-sha1' ? 'sha1' : 'sha256').update(canonicalBody(body, method));
  return hash.digest('base64') === tagValue(tags, 'bh');
}

function isEmpty({ format, canonBodyLengthTotal }: DKIMResult): boolean {
  return canonBodyLengthTotal === 0 && /\/relaxed$/.test(format ?? '');
}

function foldsSubject({ signingHeaders }: DKIMResult): boolean {
  return signingHeaders?.headers.some((field) => /^subject:[^\n]*\n/i.test(field)) ?? false;
}

function identityDomain(tags: readonly Tag[] | null): string | undefined {
  return tagValue(tags, 'i')?.split('@').at(-1)?.toLowerCase();
}

function isWithin(domain: string | undefined, parent: string | undefined): boolean {
  if (domain === undefined || parent === undefined) return true;
  return domain === parent.toLowerCase() || domain.endsWith(`.${parent.toLowerCase()}`);
}
