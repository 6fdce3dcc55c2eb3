import { createHash, createPublicKey, verify } from 'node:crypto';
import { type DnsRecord, TYPE } from './message.ts';
import { labelsOf, nameToWire, readName } from './name.ts';

const ECDSA_P256_SHA256 = 13;
const SHA_256 = 2;

/** Records of one name and type. */
export interface RecordSet {
  readonly name: string;
  readonly type: number;
  readonly records: readonly DnsRecord[];
}

export function recordSets(records: readonly DnsRecord[]): RecordSet[] {
  const data = records.filter(({ type }) => type !== TYPE.RRSIG);
  return [...Map.groupBy(data, ({ name, type }) => `${name} ${type}`).values()].flatMap((set) => {
    const [first] = set;
    return first ? [{ name: first.name, type: first.type, records: set }] : [];
  });
}

/**
 * Whether one of these signatures over a set holds under one of these keys of a zone now (RFC 4035 §5.3), for
 * ECDSA on P-256 (RFC 6605); other algorithms count as no signature.
 */
export function isSigned(
  set: RecordSet,
  signatures: readonly DnsRecord[],
  zone: string,
  keys: readonly DnsRecord[],
  now = Date.now(),
): boolean {
  return signatures.some(({ name, type, rdata }) => {
    if (type !== TYPE.RRSIG || name !== set.name || rdata.length < 19) return false;
    if (rdata.readUInt16BE(0) !== set.type || rdata[2] !== ECDSA_P256_SHA256) return false;
    const seconds = now / 1_000;
    if (rdata.readUInt32BE(8) < seconds || rdata.readUInt32BE(12) > seconds) return false;
    // A wildcard has fewer labels than the name that it answers for; the lab signs what it answers.
    if (rdata[3] !== labelsOf(set.name).length) return false;
    const { name: signer, end } = readName(rdata, 18);
    if (signer !== zone) return false;
    const covered = Buffer.concat([rdata.subarray(0, 18), nameToWire(signer)]);
    const octets = Buffer.concat([covered, canonicalSet(set, rdata.readUInt32BE(4))]);
    return keys.some((key) => heldBefore(key.rdata, octets, rdata.subarray(end)));
  });
}

/** What was verified before: nearly every lookup goes through the same zones at the top. */
const verified = new Map<string, boolean>();
const VERIFIED_KEPT = 1_000;

function heldBefore(dnskey: Buffer, octets: Buffer, signature: Buffer): boolean {
  const asked = [dnskey, octets, signature].map((part) => part.toString('base64')).join(' ');
  const known = verified.get(asked) ?? holds(dnskey, octets, signature);
  if (verified.size >= VERIFIED_KEPT) verified.clear();
  verified.set(asked, known);
  return known;
}

function holds(dnskey: Buffer, octets: Buffer, signature: Buffer): boolean {
  const isZoneKey = dnskey.length === 68 && dnskey[2] === 3 && dnskey[3] === ECDSA_P256_SHA256;
  if (!isZoneKey || signature.length !== 64) return false;
  const coordinate = (from: number) => dnskey.subarray(from, from + 32).toString('base64url');
  const key = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: coordinate(4), y: coordinate(36) },
    format: 'jwk',
  });
  return verify('sha256', octets, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Whether a key is the one that a DS record stands for (RFC 4034 §5.1.4), SHA-256 only. */
export function isDelegatedTo(ds: Buffer, zone: string, dnskey: Buffer): boolean {
  const digest = createHash('sha256').update(nameToWire(zone)).update(dnskey).digest();
  return ds[3] === SHA_256 && ds[2] === dnskey[3] && ds.subarray(4).equals(digest);
}

/** RFC 4034 §6.2 and §6.3. */
function canonicalSet({ name, records }: RecordSet, ttl: number): Buffer {
  const owner = nameToWire(name);
  const data = records.map(({ type, rdata }) => canonicalData(type, rdata)).toSorted(Buffer.compare);
  return Buffer.concat(
    data.flatMap((rdata) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(records[0]?.type ?? 0, 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(ttl, 4);
      fixed.writeUInt16BE(rdata.length, 8);
      return [owner, fixed, rdata];
    }),
  );
}

/** Names in the data of the types that are looked up here, in lower case. */
function canonicalData(type: number, rdata: Buffer): Buffer {
  if (type === TYPE.CNAME) return nameToWire(readName(rdata, 0).name);
  if (type === TYPE.MX) return Buffer.concat([rdata.subarray(0, 2), nameToWire(readName(rdata, 2).name)]);
  if (type !== TYPE.SOA) return rdata;
  const first = readName(rdata, 0);
  const second = readName(rdata, first.end);
  return Buffer.concat([nameToWire(first.name), nameToWire(second.name), rdata.subarray(second.end)]);
}
