import { createHash, sign as signOctets } from 'node:crypto';
import { readHeader } from '../../messages/header.ts';
import { CRLF } from '../../wire/bytes.ts';
import { type Canonicalization, canonicalBody, canonicalField } from './canonicalization.ts';
import type { SigningKey } from './keys.ts';
import type { Tag } from './tag-list.ts';

export type Algorithm = 'rsa-sha256' | 'rsa-sha1' | 'ed25519-sha256';

/** What a signature is made from (RFC 6376 §3.5). */
export interface SignatureOrder {
  readonly domain: string;
  readonly selector: string;
  readonly key: SigningKey;
  /** SHA-256 with the kind of the key when absent. */
  readonly algorithm?: Algorithm;
  /** Of header and body; relaxed both when absent. */
  readonly canonicalization?: `${Canonicalization}/${Canonicalization}`;
  /** Names of the fields that are signed; a name that occurs more often than the field signs its absence. */
  readonly fields?: readonly string[];
  /** Octets of the canonical body that are hashed, told as `l=`; the whole body without `l=` when absent. */
  readonly bodyLength?: number;
  /** Tags after the ordinary ones, such as `i`, `t` and `x`. */
  readonly more?: readonly Tag[];
  /**
   * The tags as they are to stand. Hashes and signature are computed as if they were right and cover what
   * this returns, so that nothing but the tags themselves is wrong.
   */
  readonly rewrite?: (tags: readonly Tag[]) => readonly Tag[];
}

const ORDINARY_FIELDS = ['from', 'to', 'subject', 'date', 'message-id'];
const FOLD = `${CRLF.toString('latin1')}\t`;
/** Characters of `b=` on one line. */
const WIDTH = 72;

/** The DKIM-Signature field of a message, with its line end, to be put on top of it. */
export function signature(message: Buffer, order: SignatureOrder): Buffer {
  const { fields = ORDINARY_FIELDS, canonicalization = 'relaxed/relaxed', key, bodyLength } = order;
  const { algorithm = key.kind === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256' } = order;
  const [forHeader, forBody] = canonicalization.split('/') as [Canonicalization, Canonicalization];
  const digest = algorithm === 'rsa-sha1' ? 'sha1' : 'sha256';
  const { fields: present, body } = readHeader(message);

  const covered = canonicalBody(body, forBody).subarray(0, bodyLength);
  const ordinary: readonly Tag[] = [
    { name: 'v', value: '1' },
    { name: 'a', value: algorithm },
    { name: 'c', value: canonicalization },
    { name: 'd', value: order.domain },
    { name: 's', value: order.selector },
    ...(order.more ?? []),
    ...(bodyLength === undefined ? [] : [{ name: 'l', value: String(bodyLength) }]),
    { name: 'h', value: fields.join(':') },
    { name: 'bh', value: createHash(digest).update(covered).digest('base64') },
    { name: 'b', value: '' },
  ];
  const tags = order.rewrite?.(ordinary) ?? ordinary;
  const hashed = Buffer.concat([
    ...chosen(present, fields).map((field) => canonicalField(field, forHeader)),
    withoutLineEnd(canonicalField(written(tags), forHeader)),
  ]);
  const value =
    key.kind === 'ed25519'
      ? // Ed25519 signs the digest of what RSA would sign (RFC 8463 §3).
        signOctets(null, createHash('sha256').update(hashed).digest(), key.privateKey)
      : signOctets(digest, hashed, key.privateKey);
  const folded = value.toString('base64').match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [];
  return written(tags.map((tag) => (tag.name === 'b' ? { ...tag, value: folded.join(FOLD) } : tag)));
}

/** The message with its signatures, the first one on top. */
export function signed(message: Buffer, ...orders: readonly SignatureOrder[]): Buffer {
  return Buffer.concat([...orders.map((order) => signature(message, order)), message]);
}

/** Of fields that occur more than once the lowest is taken first (RFC 6376 §5.4.2). */
function chosen(
  present: readonly { readonly name: string; readonly octets: Buffer }[],
  names: readonly string[],
): Buffer[] {
  const left = [...present];
  return names.flatMap((name) => {
    const at = left.findLastIndex((field) => field.name === name.toLowerCase());
    return at < 0 ? [] : left.splice(at, 1).map(({ octets }) => octets);
  });
}

function written(tags: readonly Tag[]): Buffer {
  const text = tags.map(({ name, value }) => `${name}=${value}`).join(`;${FOLD}`);
  return Buffer.concat([Buffer.from(`DKIM-Signature: ${text}`, 'latin1'), CRLF]);
}

function withoutLineEnd(field: Buffer): Buffer {
  return field.subarray(0, -CRLF.length);
}
