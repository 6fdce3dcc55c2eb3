import type { Lab, Services, ZoneRecord } from '../../harness/check/check.ts';
import { reversedAddress } from '../../harness/steps/reversed-address.ts';

/** Every list has the first and none has the second (RFC 5782 §5). */
export const ALWAYS_LISTED = '127.0.0.2';
export const NEVER_LISTED = '127.0.0.1';
/** What a list says of a listed address. */
export const LISTED = '127.0.0.2';

type Records = readonly ZoneRecord[];

/** An address on a list. */
export interface Entry {
  readonly address: string;
  /** What the A record says; 127.0.0.2 when absent. */
  readonly code?: string;
  /** What the TXT record says. */
  readonly reason?: string;
}

/** The list that the target asks first. Without one the check is not applicable. */
export function declaredList({ target, notApplicable }: Pick<Services, 'target' | 'notApplicable'>): string {
  const [zone] = target.claims.dnsbl?.zones ?? [];
  return (
    zone ??
    notApplicable(
      'The target declares no block list of the lab.',
      'claims: dnsbl: zones is empty or left out',
    )
  );
}

/** The name under which an address is looked up (RFC 5782 §2.1, §2.4). */
export function nameIn(zone: string, address: string): string {
  return `${reversedAddress(address)}.${zone}`;
}

/** Records of a list that works: its test entry and these. */
export function workingList(zone: string, ...entries: readonly Entry[]): Records {
  return [{ address: ALWAYS_LISTED }, ...entries].flatMap((entry) => recordsOf(zone, entry));
}

/** Records of one entry alone. */
export function recordsOf(zone: string, { address, code = LISTED, reason }: Entry): Records {
  const name = nameIn(zone, address);
  return [
    { name, type: 'A', data: code },
    ...(reason === undefined ? [] : [{ name, type: 'TXT', data: reason } as const]),
  ];
}

/** Every name below the zone has this address. */
export function wildcard(zone: string, code: string): Records {
  return [{ name: `*.${zone}`, type: 'A', data: code }];
}

/** Whether a list of the target was asked about this client so far. */
export async function wasAsked({ dns }: Lab, zone: string, address: string): Promise<boolean> {
  return (await dns.queries({ name: nameIn(zone, address) })).length > 0;
}
