import { TYPE } from '../types.ts';

/** What records of denial prove about a name. */
export type Proof =
  /** It exists, and has these types alone. */
  | { readonly kind: 'types'; readonly types: ReadonlySet<number> }
  /** It exists, and only names below it have records. */
  | { readonly kind: 'empty' }
  /** It does not exist. */
  | {
      readonly kind: 'no-name';
      /** What a wildcard in its place has; `none`: there is no such wildcard; null: that is not proven. */
      readonly wildcard: ReadonlySet<number> | 'none' | null;
      /** There may be delegations to zones that are not signed (RFC 5155 §6). */
      readonly optOut: boolean;
    };

/** What is claimed to be absent is so, or may be so in a zone that is not signed. */
export type Absence = 'proven' | 'insecure' | 'unproven';

/** Whether a proof shows that a name has no records of a type (RFC 4035 §5.4, RFC 5155 §8.5 to §8.7). */
export function provesNoType(proof: Proof | null, type: number): Absence {
  if (proof === null) return 'unproven';
  if (proof.kind === 'empty') return 'proven';
  if (proof.kind === 'types') return lacks(proof.types, type) ? 'proven' : 'unproven';
  if (proof.optOut && type === TYPE.DS) return 'insecure';
  const { wildcard } = proof;
  if (wildcard === null || wildcard === 'none' || !lacks(wildcard, type)) return 'unproven';
  return proof.optOut ? 'insecure' : 'proven';
}

/** Stands for a name that does not exist, where a server signs while it answers (RFC 9824 §2). */
const NXNAME = 128;

/** Whether a proof shows that there is no such name. */
export function provesNoName(proof: Proof | null): Absence {
  if (proof?.kind === 'types' && proof.types.has(NXNAME)) return 'proven';
  if (proof?.kind !== 'no-name' || proof.wildcard !== 'none') return 'unproven';
  return proof.optOut ? 'insecure' : 'proven';
}

function lacks(types: ReadonlySet<number>, type: number): boolean {
  if (types.has(type) || types.has(TYPE.CNAME)) return false;
  // At a cut the zone above speaks of DS alone, and the one below of all the rest (RFC 6840 §4.1, §4.4).
  const isAbove = types.has(TYPE.NS) && !types.has(TYPE.SOA);
  return type === TYPE.DS ? !types.has(TYPE.SOA) : !isAbove;
}
