import { canonicalData, type DnsRecord } from '../message.ts';
import { isAtOrBelow, keyOf, labelsOf, nameToWire, readName, suffixOf } from '../name.ts';
import { TYPE, typeName } from '../types.ts';
import { holds, isKnownAlgorithm, keyTag } from './algorithms.ts';

/** Records of one name and type. */
export interface RecordSet {
  readonly name: string;
  readonly type: number;
  readonly records: readonly DnsRecord[];
}

/** What a signature over a set says (RFC 4034 §3.1). */
export interface Signature {
  readonly algorithm: number;
  /** Labels of the name that is signed: fewer than the set has where that comes from a wildcard. */
  readonly labels: number;
  /** Seconds since 1970. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  /** Name of the zone. */
  readonly signer: string;
  /** What stands in front of the records in the octets that are signed. */
  readonly head: Buffer;
  readonly value: Buffer;
}

/** Whether signatures over a set hold; where none does, why, without full stop. */
export type Verified =
  | { readonly holds: true; readonly signature: Signature }
  | { readonly holds: false; readonly why: string };

/** So many signatures of a set are tried, and so many keys of one number (RFC 4035 §5.3.3 leaves the bound to us). */
const MOST_TRIED = 8;
const ZONE_KEY = 0x0100;
const REVOKED = 0x0080;
const DNSSEC = 3;

/** The sets in a section, signatures left out. */
export function recordSets(records: readonly DnsRecord[]): readonly RecordSet[] {
  const data = records.filter(({ type }) => type !== TYPE.RRSIG);
  return [...Map.groupBy(data, ({ name, type }) => `${name} ${type}`).values()].flatMap((set) => {
    const [first] = set;
    return first ? [{ name: first.name, type: first.type, records: set }] : [];
  });
}

/** The signatures over a set that stand in a section. */
export function signaturesOver(set: RecordSet, section: readonly DnsRecord[]): readonly Signature[] {
  return section.flatMap(({ name, type, rdata }) => {
    if (type !== TYPE.RRSIG || name !== set.name || rdata.length < 19) return [];
    if (rdata.readUInt16BE(0) !== set.type) return [];
    try {
      const { name: written, end } = readName(rdata, 18);
      const signer = keyOf(written);
      return [
        {
          algorithm: rdata.readUInt8(2),
          labels: rdata.readUInt8(3),
          expiration: rdata.readUInt32BE(8),
          inception: rdata.readUInt32BE(12),
          keyTag: rdata.readUInt16BE(16),
          signer,
          head: Buffer.concat([rdata.subarray(0, 18), nameToWire(signer)]),
          value: rdata.subarray(end),
        },
      ];
    } catch (failure) {
      if (failure instanceof RangeError) return [];
      throw failure;
    }
  });
}

/**
 * Whether one of the signatures over a set holds under one of the keys of a zone (RFC 4035 §5.3).
 * @param now seconds since 1970
 */
export function verifySet(
  set: RecordSet,
  signatures: readonly Signature[],
  zone: string,
  keys: readonly DnsRecord[],
  now: number,
): Verified {
  const what = `${typeName(set.type)} of ${set.name || '.'}`;
  const ofZone = signatures.filter(({ signer }) => signer === zone);
  if (ofZone.length === 0 || !isAtOrBelow(set.name, zone))
    return { holds: false, why: `${what} has no signature of the zone ${zone || '.'}` };
  let why = `${what} is signed by none of the keys of the zone ${zone || '.'}`;
  for (const signature of ofZone.slice(0, MOST_TRIED)) {
    if (!isKnownAlgorithm(signature.algorithm)) continue;
    const { expiration, inception, labels } = signature;
    if (labels > labelsCounted(set.name)) continue;
    if (expiration < now || inception > now) {
      const [when, at] = expiration < now ? ['ended', expiration] : ['begins', inception];
      why = `the signature over ${what} ${when} ${new Date(at * 1_000).toISOString()}`;
      continue;
    }
    const octets = signedOctets(set, signature);
    const candidates = keys.filter(({ rdata }) => isKeyOf(rdata, signature)).slice(0, MOST_TRIED);
    if (
      candidates.some(({ rdata }) => holds(signature.algorithm, rdata.subarray(4), octets, signature.value))
    )
      return { holds: true, signature };
    if (candidates.length > 0) why = `the signature over ${what} is not of these records`;
  }
  return { holds: false, why };
}

/** RFC 4034 §2.1.1 and §2.1.2, RFC 5011 §2.1. */
function isKeyOf(dnskey: Buffer, { algorithm, keyTag: tag }: Signature): boolean {
  if (dnskey.length < 5 || dnskey[2] !== DNSSEC || dnskey[3] !== algorithm) return false;
  const flags = dnskey.readUInt16BE(0);
  return (flags & ZONE_KEY) !== 0 && (flags & REVOKED) === 0 && keyTag(dnskey) === tag;
}

/** Labels without the root, and without a wildcard label in front (RFC 4034 §3.1.3). */
export function labelsCounted(name: string): number {
  const labels = labelsOf(name);
  return labels[0] === '*' ? labels.length - 1 : labels.length;
}

/** RFC 4035 §5.3.2: canonical form, sorted, each once, under the name of the wildcard where it comes from one. */
function signedOctets({ name, type, records }: RecordSet, { head, labels }: Signature): Buffer {
  const isExpanded = labels < labelsCounted(name);
  const owner = nameToWire(isExpanded ? ['*', ...labelsOf(suffixOf(name, labels))].join('.') : name);
  const data = records
    .map(canonicalData)
    .toSorted(Buffer.compare)
    .filter((one, index, all) => index === 0 || !one.equals(all[index - 1] ?? one));
  return Buffer.concat([
    head,
    ...data.flatMap((rdata) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(type, 0);
      fixed.writeUInt16BE(1, 2);
      head.copy(fixed, 4, 4, 8);
      fixed.writeUInt16BE(rdata.length, 8);
      return [owner, fixed, rdata];
    }),
  ]);
}
