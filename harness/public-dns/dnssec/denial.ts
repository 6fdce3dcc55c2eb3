import type { DnsRecord, DnsResponse } from '../message.ts';
import { suffixOf } from '../name.ts';
import { TYPE } from '../types.ts';
import { proofByNsec, readNsec } from './nsec.ts';
import { MOST_ITERATIONS, type Nsec3, proofByNsec3, provesGapAt, readNsec3 } from './nsec3.ts';
import type { Proof } from './proof.ts';
import { labelsCounted, recordSets, type Signature, signaturesOver, verifySet } from './signatures.ts';

/** Records of denial of an answer, of which the signatures hold. */
export interface Denial {
  /** Anything that denies, whether it holds or not, stands in the answer. */
  readonly isThere: boolean;
  /** NSEC3 of more rounds than are computed. */
  readonly isTooCostly: boolean;
  /** What is proven about a name of the zone. */
  about(name: string): Proof | null;
  /** Whether no name stood in the way of the wildcard that gave an answer (RFC 4035 §5.3.4). */
  permitsWildcard(name: string, labels: number): boolean;
}

/** Takes out what denies in an answer and is signed by a zone. */
export function denialIn(
  { authorities }: Pick<DnsResponse, 'authorities'>,
  zone: string,
  keys: readonly DnsRecord[],
  now: number,
): Denial {
  const sets = recordSets(authorities).filter(({ type }) => type === TYPE.NSEC || type === TYPE.NSEC3);
  const held = sets.filter((set) => {
    const verified = verifySet(set, signaturesOver(set, authorities), zone, keys, now);
    // A record of denial that a wildcard made up denies nothing.
    return verified.holds && verified.signature.labels === labelsCounted(set.name);
  });
  const records = held.flatMap((set) => set.records);
  const nsec = records.filter(({ type }) => type === TYPE.NSEC).flatMap((one) => readNsec(one) ?? []);
  const hashed = records.filter(({ type }) => type === TYPE.NSEC3).flatMap((one) => readNsec3(one) ?? []);
  const isTooCostly = hashed.some(({ iterations }: Nsec3) => iterations > MOST_ITERATIONS);
  const nsec3 = isTooCostly ? [] : hashed;
  return {
    isThere: sets.length > 0,
    isTooCostly,
    about: (name) => proofByNsec(nsec, name, zone) ?? proofByNsec3(nsec3, name, zone),
    permitsWildcard(name, labels) {
      // Servers that sign while they answer leave a gap for the very name alone (RFC 4470).
      const nextCloser = suffixOf(name, labels + 1);
      const isGap = [name, nextCloser].some((one) => proofByNsec(nsec, one, zone)?.kind === 'no-name');
      return isGap || provesGapAt(nsec3, nextCloser, zone);
    },
  };
}

/** The zones that sign what denies in an answer. */
export function denyingZones({ authorities }: Pick<DnsResponse, 'authorities'>): readonly string[] {
  const signatures: Signature[] = recordSets(authorities)
    .filter(({ type }) => type === TYPE.NSEC || type === TYPE.NSEC3)
    .flatMap((set) => signaturesOver(set, authorities));
  return [...new Set(signatures.map(({ signer }) => signer))];
}
