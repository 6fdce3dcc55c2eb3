import type { DnsRecord } from '../message.ts';
import { compareNames, isAtOrBelow, keyOf, labelsOf, parentOf, readName } from '../name.ts';
import { TYPE } from '../types.ts';
import { typesIn } from './bitmap.ts';
import type { Proof } from './proof.ts';

/** An NSEC record, read (RFC 4034 §4.1). */
export interface Nsec {
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<number>;
}

/** Undefined where the record cannot be read. */
export function readNsec({ name, rdata }: DnsRecord): Nsec | undefined {
  try {
    const { name: next, end } = readName(rdata, 0);
    return { owner: name, next: keyOf(next), types: typesIn(rdata.subarray(end)) };
  } catch (failure) {
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

/**
 * What NSEC records of a zone prove about a name (RFC 4035 §5.4).
 * @returns null where they prove nothing about it
 */
export function proofByNsec(records: readonly Nsec[], name: string, zone: string): Proof | null {
  const own = records.find(({ owner }) => owner === name);
  if (own) return { kind: 'types', types: own.types };
  const covering = records.find((one) => covers(one, name, zone));
  if (!covering) return null;
  if (isAtOrBelow(covering.next, name)) return { kind: 'empty' };
  const wildcard = ['*', ...labelsOf(closestEncloser(covering, name))].join('.');
  const atWildcard = records.find(({ owner }) => owner === wildcard);
  if (atWildcard) return { kind: 'no-name', wildcard: atWildcard.types, optOut: false };
  const isCovered = records.some((one) => covers(one, wildcard, zone));
  return { kind: 'no-name', wildcard: isCovered ? 'none' : null, optOut: false };
}

/** The longest name that exists above this one: what the two ends of the gap share with it. */
function closestEncloser({ owner, next }: Nsec, name: string): string {
  for (let at = parentOf(name); at !== undefined; at = parentOf(at))
    if (isAtOrBelow(owner, at) || isAtOrBelow(next, at)) return at;
  return '';
}

function covers({ owner, next, types }: Nsec, name: string, zone: string): boolean {
  // What lies below a cut or an alias of a whole tree is no business of this zone (RFC 6840 §4.1).
  const isCut = (types.has(TYPE.NS) && !types.has(TYPE.SOA)) || types.has(TYPE.DNAME);
  if (isCut && owner !== name && isAtOrBelow(name, owner)) return false;
  if (compareNames(owner, name) >= 0) return false;
  // The last record of a zone leads back to its beginning.
  return next === zone || compareNames(name, next) < 0;
}
