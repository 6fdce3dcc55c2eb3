import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { parseTagList, type Tag, tagValue } from './tag-list.ts';

/** A kind of key: RSA by the length of its modulus in bits, or Ed25519 (RFC 8463). */
export type KeyKind = `rsa-${512 | 768 | 1024 | 2048 | 4096}` | 'ed25519';

export interface SigningKey {
  readonly kind: KeyKind;
  readonly privateKey: KeyObject;
  /** The `p=` of its record: the structure of RFC 5280 for RSA, the bare key for Ed25519. */
  readonly published: string;
}

const make = promisify(generateKeyPair);
/** Making keys is slow, above all long ones: each kind lives as long as the process. */
const made = new Map<string, Promise<SigningKey>>();

/** The key of a kind. With another `owner` comes another key. */
export function signingKey(kind: KeyKind, owner = ''): Promise<SigningKey> {
  const name = `${kind} ${owner}`;
  const key = made.get(name) ?? makeKey(kind);
  made.set(name, key);
  return key;
}

async function makeKey(kind: KeyKind): Promise<SigningKey> {
  if (kind === 'ed25519') {
    const { privateKey, publicKey } = await make('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    return { kind, privateKey, published: Buffer.from(x, 'base64url').toString('base64') };
  }
  const { privateKey, publicKey } = await make('rsa', { modulusLength: Number(kind.slice('rsa-'.length)) });
  return {
    kind,
    privateKey,
    published: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

/** The text of the record of a key (RFC 6376 §3.6.1, RFC 8463 §4). */
export function keyRecord({ kind, published }: SigningKey): string {
  return `v=DKIM1; k=${kind === 'ed25519' ? 'ed25519' : 'rsa'}; p=${published}`;
}

/** What a key record says, and what is wrong with it. */
export interface PublishedKey {
  readonly type: string;
  /** Length of the modulus; undefined for other kinds of keys and where the key cannot be read. */
  readonly bits: number | undefined;
  readonly revoked: boolean;
  readonly testing: boolean;
  /** `v=DKIM1` stands in front. */
  readonly named: boolean;
  /** Why no key can be read from it, in a sentence. */
  readonly defect: string | undefined;
}

/** Reads the text of a key record, its strings joined (RFC 6376 §3.6.1, §3.6.2.2). */
export function readKeyRecord(text: string): PublishedKey {
  const tags = parseTagList(text);
  const type = tagValue(tags, 'k') ?? 'rsa';
  const p = tagValue(tags, 'p')?.replace(/\s/g, '');
  const facts = {
    type,
    bits: undefined,
    revoked: p === '',
    testing: (tagValue(tags, 't') ?? '').split(':').some((flag) => flag.trim() === 'y'),
    named: tags?.[0]?.name === 'v' && tags[0].value === 'DKIM1',
  };
  const defect = defectOf(tags, type, p);
  if (defect !== undefined || p === undefined || p === '') return { ...facts, defect };
  if (type === 'ed25519') {
    const octets = Buffer.from(p, 'base64').length;
    return { ...facts, defect: octets === 32 ? undefined : `An Ed25519 key has 32 octets, found ${octets}.` };
  }
  const bits = modulusLength(Buffer.from(p, 'base64'));
  return { ...facts, bits, defect: bits === undefined ? 'The p= tag holds no RSA key.' : undefined };
}

function defectOf(tags: readonly Tag[] | null, type: string, p: string | undefined): string | undefined {
  if (!tags) return 'The record is no list of tags, or has a tag twice.';
  const version = tags.findIndex(({ name }) => name === 'v');
  if (version > 0) return 'The v= tag is not the first one.';
  if (version === 0 && tags[0]?.value !== 'DKIM1')
    return `The version is not DKIM1, found ${tags[0]?.value}.`;
  if (type !== 'rsa' && type !== 'ed25519') return `The k= tag names an unknown kind of key: ${type}.`;
  if (p === undefined) return 'The record has no p= tag.';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(p) || p.length % 4 !== 0) return 'The p= tag is not base64.';
  return undefined;
}

/** Of an RSA key in either structure that is in use (RFC 6376 §3.6.1); undefined where it is none. */
function modulusLength(der: Buffer): number | undefined {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const { modulusLength: bits } =
        createPublicKey({ key: der, format: 'der', type }).asymmetricKeyDetails ?? {};
      if (bits !== undefined) return bits;
    } catch {
      // Not this structure; OpenSSL tells it by throwing.
    }
  }
  return undefined;
}
