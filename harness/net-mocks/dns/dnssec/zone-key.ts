import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { canonicalName } from './canonical.ts';

/** The one key of a zone, which signs everything in it, the key itself included. */
export interface ZoneKey {
  /** Record data of the DNSKEY (RFC 4034 2.1, RFC 6605 4). */
  readonly dnskey: Buffer;
  readonly tag: number;
  /** Record data of the DS in the parent zone (RFC 4034 5.1, SHA-256 by RFC 4509). */
  readonly ds: Buffer;
  /** r and s, 32 octets each (RFC 6605 4). */
  sign(octets: Buffer): Buffer;
}

/** ECDSA on P-256 with SHA-256 (RFC 6605). */
export const ECDSA_P256_SHA256 = 13;
const SHA_256 = 2;
/** A zone key that is a secure entry point (RFC 4034 2.1.1). */
const KEY_FLAGS = 257;
const DNSSEC = 3;
const SIGNATURES_KEPT = 1_000;

/** The keys of zones by the comparison keys of their origins, each made when it is first asked for. */
export interface KeyRing {
  keyFor(origin: string): ZoneKey;
}

/** @param kept private keys (PKCS #8, PEM) that are there already, by the comparison keys of their origins */
export function createKeyRing(kept: ReadonlyMap<string, string> = new Map()): KeyRing {
  const keys = new Map<string, ZoneKey>();
  return {
    keyFor(origin) {
      const key = keys.get(origin) ?? createZoneKey(origin, kept.get(origin));
      keys.set(origin, key);
      return key;
    },
  };
}

function createZoneKey(origin: string, kept?: string): ZoneKey {
  const privateKey =
    kept === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : createPrivateKey(kept);
  const publicKey = createPublicKey(privateKey);
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  /** The same few records are asked for again and again. */
  const signed = new Map<string, Buffer>();
  const head = Buffer.from([KEY_FLAGS >> 8, KEY_FLAGS & 0xff, DNSSEC, ECDSA_P256_SHA256]);
  const dnskey = Buffer.concat([head, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return {
    dnskey,
    tag: keyTag(dnskey),
    ds: delegationSigner(origin, dnskey),
    sign(octets) {
      const asked = octets.toString('latin1');
      const known =
        signed.get(asked) ?? sign('sha256', octets, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      if (signed.size >= SIGNATURES_KEPT) signed.clear();
      signed.set(asked, known);
      // The caller may spoil what it gets.
      return Buffer.from(known);
    },
  };
}

/** RFC 4034 appendix B. */
export function keyTag(dnskey: Buffer): number {
  let sum = 0;
  for (const [index, octet] of dnskey.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** Key tag, algorithm, kind of digest, and the digest over owner and DNSKEY (RFC 4034 5.1.4). */
export function delegationSigner(origin: string, dnskey: Buffer): Buffer {
  const digest = createHash('sha256').update(canonicalName(origin)).update(dnskey).digest();
  const head = Buffer.alloc(4);
  head.writeUInt16BE(keyTag(dnskey), 0);
  head[2] = dnskey[3] ?? 0;
  head[3] = SHA_256;
  return Buffer.concat([head, digest]);
}
