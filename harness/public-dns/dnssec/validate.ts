import type { DnsResponse } from '../message.ts';
import { isAtOrBelow, parentOf, spelled } from '../name.ts';
import { NXDOMAIN, TYPE, typeName } from '../types.ts';
import type { Chain } from './chain.ts';
import { denialIn, denyingZones } from './denial.ts';
import { provesNoName, provesNoType } from './proof.ts';
import { type Judged, SECURE, worstOf, type ZoneState } from './security.ts';
import { labelsCounted, type RecordSet, signaturesOver, verifySet } from './signatures.ts';

export interface Validation {
  readonly chain: Chain;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Sections = Pick<DnsResponse, 'answers' | 'authorities' | 'rcode'>;

/** How sure a set of an answer is (RFC 4035 §5.3). */
export async function securityOfSet(
  { chain, now }: Validation,
  set: RecordSet,
  response: Sections,
): Promise<Judged> {
  const signatures = signaturesOver(set, response.answers);
  // DS belongs to the zone above a cut.
  const lowest = set.type === TYPE.DS ? (parentOf(set.name) ?? '') : set.name;
  const signers = [...new Set(signatures.map(({ signer }) => signer))].filter((signer) =>
    isAtOrBelow(lowest, signer),
  );
  if (signers.length === 0) {
    const state = await chain.stateAt(lowest);
    return state.security === 'secure'
      ? { security: 'bogus', why: `${typeName(set.type)} of ${spelled(set.name)} is not signed` }
      : state;
  }
  const judged: Judged[] = [];
  for (const signer of signers.slice(0, MOST_SIGNERS)) {
    const state = await chain.stateAt(signer);
    const one = state.security === 'secure' ? judgeIn(state, signer) : state;
    if (one.security === 'secure') return one;
    judged.push(one);
  }
  return worstOf(judged);

  function judgeIn(state: Extract<ZoneState, { readonly security: 'secure' }>, signer: string): Judged {
    const { zone, keys } = state;
    if (zone !== signer)
      return { security: 'bogus', why: `${spelled(signer)}, which signs ${spelled(set.name)}, is no zone` };
    const seconds = Math.floor(now() / 1_000);
    const verified = verifySet(set, signatures, zone, keys, seconds);
    if (!verified.holds) return { security: 'bogus', why: verified.why };
    const { labels } = verified.signature;
    if (labels >= labelsCounted(set.name)) return SECURE;
    const denial = denialIn(response, zone, keys, seconds);
    if (denial.permitsWildcard(set.name, labels)) return SECURE;
    if (denial.isTooCostly)
      return {
        security: 'insecure',
        why: `${spelled(zone)} proves by more rounds of NSEC3 than are computed`,
      };
    const why = `that ${spelled(set.name)} has no records beside those of a wildcard`;
    return denial.isThere
      ? { security: 'bogus', why: `${spelled(zone)} does not prove ${why}` }
      : { security: 'indeterminate', why: `the resolver sends no proof ${why}` };
  }
}

/** A set is signed by one zone; what claims another one is looked at once more. */
const MOST_SIGNERS = 2;

/** How sure it is that a name, or a type of it, is not there (RFC 4035 §5.4). */
export async function securityOfAbsence(
  { chain, now }: Validation,
  response: Sections,
  name: string,
  type: number,
): Promise<Judged> {
  const lowest = type === TYPE.DS ? (parentOf(name) ?? '') : name;
  const zones = denyingZones(response).filter((zone) => isAtOrBelow(lowest, zone));
  const judged: Judged[] = [];
  for (const signer of zones.slice(0, MOST_SIGNERS)) {
    const state = await chain.stateAt(signer);
    const one = state.security === 'secure' ? judgeIn(state) : state;
    if (one.security === 'secure') return one;
    judged.push(one);
  }
  if (judged.length > 0) return worstOf(judged);
  const state = await chain.stateAt(lowest);
  return state.security === 'secure'
    ? {
        security: 'indeterminate',
        why: `the resolver sends no proof that ${spelled(name)} has no ${typeName(type)}`,
      }
    : state;

  function judgeIn({ zone, keys }: Extract<ZoneState, { readonly security: 'secure' }>): Judged {
    const denial = denialIn(response, zone, keys, Math.floor(now() / 1_000));
    const proof = denial.about(name);
    const absence = response.rcode === NXDOMAIN ? provesNoName(proof) : provesNoType(proof, type);
    if (absence === 'proven') return SECURE;
    if (absence === 'insecure' || denial.isTooCostly)
      return { security: 'insecure', why: `${spelled(zone)} leaves ${spelled(name)} out of its proofs` };
    const what = response.rcode === NXDOMAIN ? 'does not exist' : `has no ${typeName(type)}`;
    return { security: 'bogus', why: `${spelled(zone)} does not prove that ${spelled(name)} ${what}` };
  }
}
