import { type DnsRecord, TYPE } from './message.ts';
import { compareNames, isAtOrBelow, labelsOf, parentOf, readName } from './name.ts';

/** An NSEC record, read (RFC 4034 §4.1). */
export interface Nsec {
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<number>;
}

export function readNsec({ name, rdata }: DnsRecord): Nsec {
  const { name: next, end } = readName(rdata, 0);
  const types = new Set<number>();
  for (let at = end; at + 2 <= rdata.length; ) {
    const window = rdata.readUInt8(at);
    const length = rdata.readUInt8(at + 1);
    for (let bit = 0; bit < length * 8; bit += 1) {
      if (((rdata[at + 2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) types.add(window * 256 + bit);
    }
    at += 2 + length;
  }
  return { owner: name, next, types };
}

/** A name exists without this type (RFC 4035 §5.4). */
export function provesNoType(proofs: readonly Nsec[], name: string, type: number): boolean {
  return proofs.some(({ owner, types }) => owner === name && !types.has(type) && !types.has(TYPE.CNAME));
}

/** Neither a name nor a wildcard in its place exists (RFC 4035 §5.4). */
export function provesNoName(proofs: readonly Nsec[], name: string): boolean {
  const covering = proofs.find((proof) => covers(proof, name));
  if (!covering) return false;
  // The closest name that exists is the longest that the two ends of the gap share with this one.
  let encloser = name;
  for (let at = parentOf(name); at !== undefined; at = parentOf(at)) {
    encloser = at;
    if (isAtOrBelow(covering.owner, at) || isAtOrBelow(covering.next, at)) break;
  }
  const wildcard = ['*', ...labelsOf(encloser)].join('.');
  return proofs.some((proof) => covers(proof, wildcard));
}

function covers({ owner, next }: Nsec, name: string): boolean {
  return compareNames(owner, name) < 0 && compareNames(name, next) < 0;
}
