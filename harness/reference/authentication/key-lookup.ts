import { createPublicKey, type KeyObject } from 'node:crypto';
import type { DKIMResult } from 'mailauth';
import { parseTagList, type Tag, tagValue } from '../../authentication/dkim/tag-list.ts';
import type { Lookups } from './lookups.ts';

/** The key record that a signature names. */
export interface KeyInUse {
  readonly tags: readonly Tag[] | null;
  /** Undefined where `p=` holds none. */
  readonly publicKey: KeyObject | undefined;
}

/** Looks the key up, as lenient faults use it; undefined where there is no record. */
export async function keyOf(
  { selector, signingDomain }: Pick<DKIMResult, 'selector' | 'signingDomain'>,
  { resolve }: Lookups,
): Promise<KeyInUse | undefined> {
  if (!selector || !signingDomain) return undefined;
  const records = await resolve(`${selector}._domainkey.${signingDomain}`, 'TXT').catch(() => []);
  const [record] = records;
  if (record === undefined) return undefined;
  const tags = parseTagList([record].flat().join(''));
  return { tags, publicKey: publicKeyOf(tags) };
}

/** The structure of RFC 5280 in front of a bare Ed25519 key (RFC 8410 §4). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function publicKeyOf(tags: readonly Tag[] | null): KeyObject | undefined {
  const octets = Buffer.from(tagValue(tags, 'p') ?? '', 'base64');
  const der = tagValue(tags, 'k') === 'ed25519' ? Buffer.concat([ED25519_PREFIX, octets]) : octets;
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    // What is published is no key; OpenSSL tells it by throwing.
    return undefined;
  }
}
