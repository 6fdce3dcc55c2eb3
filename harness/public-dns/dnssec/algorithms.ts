import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { nameToWire } from '../name.ts';

/**
 * The algorithms that are told apart (IANA "DNS Security Algorithm Numbers"): RSA with SHA-256 and SHA-512 (RFC 5702), ECDSA
 * (RFC 6605), Ed25519 and Ed448 (RFC 8080). Those with SHA-1 are no more (RFC 9905): a zone that has no other is
 * insecure.
 */
const ALGORITHMS = new Map<number, (key: Buffer, octets: Buffer, signature: Buffer) => boolean>([
  [8, (key, octets, signature) => isRsa('sha256', key, octets, signature)],
  [10, (key, octets, signature) => isRsa('sha512', key, octets, signature)],
  [13, (key, octets, signature) => isEcdsa('P-256', 'sha256', 32, key, octets, signature)],
  [14, (key, octets, signature) => isEcdsa('P-384', 'sha384', 48, key, octets, signature)],
  [15, (key, octets, signature) => isEdwards('Ed25519', 32, key, octets, signature)],
  [16, (key, octets, signature) => isEdwards('Ed448', 57, key, octets, signature)],
]);

/** By the number of a DS record (RFC 4509, RFC 6605 §2). */
const DIGESTS = new Map<number, string>([
  [2, 'sha256'],
  [4, 'sha384'],
]);

export function isKnownAlgorithm(algorithm: number): boolean {
  return ALGORITHMS.has(algorithm);
}

/** Whether a DS record can be compared with keys at all. */
export function isKnownDelegation(ds: Buffer): boolean {
  return isKnownAlgorithm(ds[2] ?? 0) && DIGESTS.has(ds[3] ?? 0);
}

/** Whether a signature of these octets is by this public key (RFC 4034 §2.1.4); one that cannot be read signs nothing. */
export function holds(algorithm: number, key: Buffer, octets: Buffer, signature: Buffer): boolean {
  try {
    return ALGORITHMS.get(algorithm)?.(key, octets, signature) ?? false;
  } catch {
    // OpenSSL throws errors of many kinds; all mean that this is no key.
    return false;
  }
}

/** Whether a key is the one that a DS record stands for (RFC 4034 §5.1.4). */
export function isDelegatedTo(ds: Buffer, zone: string, dnskey: Buffer): boolean {
  const digest = DIGESTS.get(ds[3] ?? 0);
  if (digest === undefined || ds.length < 5 || ds[2] !== dnskey[3]) return false;
  if (ds.readUInt16BE(0) !== keyTag(dnskey)) return false;
  const expected = createHash(digest).update(nameToWire(zone)).update(dnskey).digest();
  return ds.subarray(4).equals(expected);
}

/** RFC 4034 appendix B. */
export function keyTag(dnskey: Buffer): number {
  let sum = 0;
  for (const [index, octet] of dnskey.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  return (sum + (sum >>> 16)) & 0xffff;
}

/** RFC 3110 §2. */
function isRsa(digest: string, key: Buffer, octets: Buffer, signature: Buffer): boolean {
  const isShort = key[0] !== 0;
  const length = isShort ? key.readUInt8(0) : key.readUInt16BE(1);
  const start = isShort ? 1 : 3;
  const exponent = key.subarray(start, start + length);
  const modulus = key.subarray(start + length);
  if (exponent.length === 0 || modulus.length < 64) return false;
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  return verify(digest, octets, publicKey(jwk), signature);
}

/** RFC 6605 §4. */
function isEcdsa(
  curve: 'P-256' | 'P-384',
  digest: string,
  size: number,
  key: Buffer,
  octets: Buffer,
  signature: Buffer,
): boolean {
  if (key.length !== 2 * size || signature.length !== 2 * size) return false;
  const [x, y] = [key.subarray(0, size).toString('base64url'), key.subarray(size).toString('base64url')];
  const jwk = { kty: 'EC', crv: curve, x, y };
  return verify(digest, octets, { key: publicKey(jwk), dsaEncoding: 'ieee-p1363' }, signature);
}

/** RFC 8080 §3 and §4. */
function isEdwards(
  curve: 'Ed25519' | 'Ed448',
  size: number,
  key: Buffer,
  octets: Buffer,
  signature: Buffer,
): boolean {
  if (key.length !== size) return false;
  return verify(null, octets, publicKey({ kty: 'OKP', crv: curve, x: key.toString('base64url') }), signature);
}

function publicKey(jwk: JsonWebKey) {
  return createPublicKey({ key: jwk, format: 'jwk' });
}
