import { createHash } from 'node:crypto';
import type { DnsRecord } from '../message.ts';
import { isAtOrBelow, labelsOf, nameToWire, parentOf } from '../name.ts';
import { TYPE } from '../types.ts';
import { typesIn } from './bitmap.ts';
import type { Proof } from './proof.ts';

/** An NSEC3 record, read (RFC 5155 §3). */
export interface Nsec3 {
  /** The hash in the name of the record, in lower case. */
  readonly hash: string;
  readonly zone: string;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly optOut: boolean;
  readonly next: string;
  readonly types: ReadonlySet<number>;
}

/** More rounds are not computed: such a zone counts as insecure (RFC 9276 §3.2). */
export const MOST_ITERATIONS = 150;
const SHA_1 = 1;
const OPT_OUT = 0x01;
const DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** Undefined where the record cannot be read, or is of a kind that is not known (RFC 5155 §8.1). */
export function readNsec3({ name, rdata }: DnsRecord): Nsec3 | undefined {
  const [algorithm, flags] = [rdata[0], rdata[1] ?? 0];
  if (rdata.length < 6 || algorithm !== SHA_1 || (flags & ~OPT_OUT) !== 0) return undefined;
  const saltEnd = 5 + rdata.readUInt8(4);
  const hashEnd = saltEnd + 1 + (rdata[saltEnd] ?? 0);
  const [hash = ''] = labelsOf(name);
  return {
    hash,
    zone: parentOf(name) ?? '',
    iterations: rdata.readUInt16BE(2),
    salt: rdata.subarray(5, saltEnd),
    optOut: (flags & OPT_OUT) !== 0,
    next: base32(rdata.subarray(saltEnd + 1, hashEnd)),
    types: typesIn(rdata.subarray(hashEnd)),
  };
}

/**
 * What NSEC3 records of a zone prove about a name (RFC 5155 §8.3 to §8.7). All of them have to be of one salt.
 * @returns null where they prove nothing about it
 */
export function proofByNsec3(records: readonly Nsec3[], name: string, zone: string): Proof | null {
  const [first] = records;
  if (!first) return null;
  const ofZone = records.filter(
    (one) => one.zone === zone && one.iterations === first.iterations && one.salt.equals(first.salt),
  );
  const hashOf = (of: string) => hashedName(of, first.salt, first.iterations);
  const matching = (of: string) => {
    const hash = hashOf(of);
    return ofZone.find((one) => one.hash === hash);
  };
  const covering = (of: string) => {
    const hash = hashOf(of);
    return ofZone.find((one) => covers(one, hash));
  };
  const own = matching(name);
  if (own) return { kind: 'types', types: own.types };
  let nextCloser = name;
  for (let at = parentOf(name); at !== undefined && isAtOrBelow(at, zone); at = parentOf(at)) {
    const encloser = matching(at);
    if (!encloser) {
      nextCloser = at;
      continue;
    }
    const isCut = encloser.types.has(TYPE.NS) && !encloser.types.has(TYPE.SOA);
    if (isCut || encloser.types.has(TYPE.DNAME)) return null;
    const gap = covering(nextCloser);
    if (!gap) return null;
    const wildcard = ['*', ...labelsOf(at)].join('.');
    const found = matching(wildcard)?.types ?? (covering(wildcard) ? 'none' : null);
    return { kind: 'no-name', wildcard: found, optOut: gap.optOut };
  }
  return null;
}

/**
 * Whether a name of this length does not exist, for an answer that a wildcard gave: the wildcard itself, right below the
 * closest name that exists, is proven by its signature (RFC 5155 §8.8).
 */
export function provesGapAt(records: readonly Nsec3[], nextCloser: string, zone: string): boolean {
  return records.some(
    (one) => one.zone === zone && covers(one, hashedName(nextCloser, one.salt, one.iterations)),
  );
}

function covers({ hash, next }: Nsec3, wanted: string): boolean {
  return hash < next ? hash < wanted && wanted < next : hash < wanted || wanted < next;
}

/** RFC 5155 §5, in base32 with extended hex alphabet. */
export function hashedName(name: string, salt: Buffer, iterations: number): string {
  let digest = createHash('sha1').update(nameToWire(name)).update(salt).digest();
  for (let round = 0; round < iterations; round += 1)
    digest = createHash('sha1').update(digest).update(salt).digest();
  return base32(digest);
}

/** RFC 4648 §7, without padding, in lower case. */
function base32(octets: Buffer): string {
  let [bits, value, text] = [0, 0, ''];
  for (const octet of octets) {
    value = ((value << 8) | octet) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += DIGITS[(value >> (bits - 5)) & 31] ?? '';
  }
  return bits > 0 ? text + (DIGITS[(value << (5 - bits)) & 31] ?? '') : text;
}
