import { isAtOrBelow, keyOf, parentOf, readName } from './names.ts';
import { TYPE } from './types.ts';
import { type CompiledZone, defaultSoa, type ResourceRecord } from './zone.ts';

/** The response codes that the server gives by itself or as a fault, with their numbers. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export type Rcode = keyof typeof RCODE;

/** An answer before it is put into a packet. */
export interface Answer {
  rcode: Rcode;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
}

export interface ZoneStore {
  /** Comparison key of the name that the store answers for, with all below it. */
  readonly within: string;
  publish(zone: CompiledZone): void;
  /** False when there was no such zone. */
  withdraw(origin: string): boolean;
  clear(): void;
  origins(): string[];
  /** The zone that is authoritative for a name and type, if one was published. */
  zoneFor(key: string, type: number): CompiledZone | undefined;
  /** True for a name above a published zone: it exists, though nothing was written for it. */
  isAboveAZone(key: string): boolean;
}

/** @param within the name that the store answers for, with all below it */
export function createZoneStore(within = '.'): ZoneStore {
  const zones = new Map<string, CompiledZone>();
  return {
    within: keyOf(within),
    publish: (zone) => void zones.set(zone.origin, zone),
    withdraw: (origin) => zones.delete(keyOf(origin)),
    clear: () => zones.clear(),
    origins: () => [...zones.keys()],
    zoneFor(key, type) {
      // RFC 4035 3.1.4.1: DS at a zone cut is data of the parent.
      let at: string | undefined = type === TYPE.DS && zones.has(key) ? parentOf(key) : key;
      for (; at !== undefined; at = parentOf(at)) {
        const zone = zones.get(at);
        if (zone !== undefined) return zone;
      }
      return type === TYPE.DS ? zones.get(key) : undefined;
    },
    isAboveAZone(key) {
      for (const origin of zones.keys()) if (isAtOrBelow(origin, key)) return true;
      return false;
    },
  };
}

/** Of the root, which the server claims. */
export const ROOT_SOA = defaultSoa('.');

/** A chain of aliases longer than this is treated like a loop. */
const LONGEST_CHAIN = 16;

/**
 * What a full resolver that knows only the published zones would answer. CNAMEs are followed across zones;
 * a loop gives SERVFAIL. `interrupt` is asked for every name on the way and may replace the answer, as a
 * failing name server behind a resolver would.
 */
export function lookup(
  store: ZoneStore,
  name: string,
  type: number,
  interrupt: (key: string) => Answer | undefined = () => undefined,
): Answer {
  const chain: ResourceRecord[] = [];
  const visited = new Set<string>();
  let current = name;
  for (;;) {
    const key = keyOf(current);
    if (visited.has(key) || chain.length > LONGEST_CHAIN)
      return { rcode: 'SERVFAIL', answers: [], authorities: [] };
    visited.add(key);

    const interruption = interrupt(key);
    if (interruption !== undefined) return { ...interruption, answers: [...chain, ...interruption.answers] };

    const found = lookupOne(store, current, type);
    if (found.alias === undefined) return { ...found, answers: [...chain, ...found.answers] };
    chain.push(found.alias);
    current = readName(found.alias.rdata, 0).name;
    // Where the chain leads elsewhere, whoever asks goes on there (RFC 1034 4.3.2).
    if (!isAtOrBelow(keyOf(current), store.within))
      return { rcode: 'NOERROR', answers: chain, authorities: [] };
  }
}

interface Step extends Answer {
  alias?: ResourceRecord;
}

function lookupOne(store: ZoneStore, name: string, type: number): Step {
  const key = keyOf(name);
  const zone = store.zoneFor(key, type);
  if (zone === undefined) return rootAnswer(store, key, type);

  const owned = recordsIn(store, zone, key);
  if (owned === undefined) return { rcode: 'NXDOMAIN', answers: [], authorities: [zone.soa] };
  // The owner is spelled as in the question, so that 0x20 checks hold (RFC 4343, draft-vixie-dnsext-dns0x20).
  const records = owned.map((record) => ({ ...record, name }));
  const matching = records.filter((record) => type === TYPE.ANY || record.type === type);
  if (matching.length > 0) return { rcode: 'NOERROR', answers: matching, authorities: [] };
  const alias = records.find((record) => record.type === TYPE.CNAME);
  if (alias !== undefined && isReadableName(alias.rdata))
    return { rcode: 'NOERROR', answers: [], authorities: [], alias };
  if (alias !== undefined) return { rcode: 'NOERROR', answers: [alias], authorities: [] };
  return { rcode: 'NOERROR', answers: [], authorities: [zone.soa] };
}

/** The server claims the root, so that its users find nothing outside the published zones. */
function rootAnswer(store: ZoneStore, key: string, type: number): Step {
  const asksForRootSoa = key === '.' && (type === TYPE.SOA || type === TYPE.ANY);
  if (asksForRootSoa) return { rcode: 'NOERROR', answers: [ROOT_SOA], authorities: [] };
  const exists = key === '.' || store.isAboveAZone(key);
  return { rcode: exists ? 'NOERROR' : 'NXDOMAIN', answers: [], authorities: [ROOT_SOA] };
}

/** The records of a name in its zone; a name above another zone exists without any (RFC 8020). */
export function recordsIn(store: ZoneStore, zone: CompiledZone, key: string): ResourceRecord[] | undefined {
  return zone.names.has(key) || !store.isAboveAZone(key) ? recordsAt(zone, key) : [];
}

/** Undefined when the name does not exist; wildcards as in RFC 4592. */
function recordsAt(zone: CompiledZone, key: string): ResourceRecord[] | undefined {
  if (zone.names.has(key)) return zone.records.get(key) ?? [];
  let encloser = parentOf(key);
  while (encloser !== undefined && !zone.names.has(encloser)) encloser = parentOf(encloser);
  return zone.records.get(encloser === '.' ? '*' : `*.${encloser}`);
}

export function isReadableName(rdata: Buffer): boolean {
  try {
    return readName(rdata, 0).end === rdata.length;
  } catch (problem) {
    if (problem instanceof RangeError) return false;
    throw problem;
  }
}
