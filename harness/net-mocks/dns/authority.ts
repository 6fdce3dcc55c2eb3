import { createJournal, type Journal } from '../journal/journal.ts';
import type { Endpoint } from '../wire/listen.ts';
import { pause } from '../wire/pause.ts';
import { createSigner, type Signer } from './dnssec/signer.ts';
import { createKeyRing, type KeyRing } from './dnssec/zone-key.ts';
import { type ActiveFault, createFaultList, type FaultList } from './faults.ts';
import { type Answer, createZoneStore, lookup, type ZoneStore } from './lookup.ts';
import {
  CLASS_IN,
  type Edns,
  type Query,
  type Unreadable,
  udpLimit,
  writeAnswer,
  writeTruncated,
} from './message.ts';
import { keyOf } from './names.ts';
import { typeName } from './types.ts';
import type { ResourceRecord } from './zone.ts';

export interface DnsQueryEntry {
  /** ISO 8601. */
  time: string;
  source: Endpoint;
  transport: 'udp' | 'tcp';
  /** Spelled as in the query; empty when the packet could not be read. */
  name: string;
  type: string;
  edns: Edns | null;
  outcome: 'answered' | 'truncated' | 'dropped' | 'reset' | 'garbage';
  /** Response code by name; null when no proper answer was given. */
  rcode: string | null;
  answers: AnsweredRecord[];
  /** The id of the fault that shaped the answer. */
  fault: string | null;
}

export interface AnsweredRecord {
  name: string;
  type: string;
  ttl: number;
  /** Record data in hexadecimal digits. */
  rdata: string;
}

export type Transport = 'udp' | 'tcp';

/** What becomes of a packet. */
export type Outcome = { bytes: Buffer } | 'drop' | 'reset';

/** What answers for a part of the DNS, and remembers what it was asked; it has no socket. */
export interface DnsAuthority {
  readonly zones: ZoneStore;
  readonly faults: FaultList;
  readonly queries: Journal<DnsQueryEntry>;
  readonly signer: Signer;
  answer(query: Query | Unreadable, source: Endpoint, transport: Transport): Promise<Outcome>;
  /** Ends what waits; later queries get no answer. */
  close(): Promise<void>;
}

export interface AuthorityOptions {
  /** The name that it answers for, with all below; the root when absent. */
  within?: string;
  /** Keys by which zones are signed; some of its own when absent. */
  keys?: KeyRing;
  /** Most queries that are remembered. */
  remembered?: number;
}

const GARBAGE = Buffer.from('this is not a DNS message\n');

const AXFR = 252;
const IXFR = 251;

/** Answers for all names of its part of the DNS, of which it knows only what is published. */
export function createDnsAuthority({
  within = '.',
  keys = createKeyRing(),
  remembered,
}: AuthorityOptions = {}): DnsAuthority {
  const zones = createZoneStore(within);
  const signer = createSigner(zones, keys);
  const faults = createFaultList();
  const queries = createJournal<DnsQueryEntry>(remembered);
  const stop = new AbortController();

  const answer = async (
    query: Query | Unreadable,
    source: Endpoint,
    transport: Transport,
  ): Promise<Outcome> => {
    const entry: DnsQueryEntry = {
      time: new Date().toISOString(),
      source,
      transport,
      name: 'name' in query ? query.name : '',
      type: 'type' in query ? typeName(query.type) : query.reason,
      edns: 'edns' in query ? query.edns : null,
      outcome: 'dropped',
      rcode: null,
      answers: [],
      fault: null,
    };
    if ('reason' in query) {
      if (query.reply !== null) entry.outcome = 'answered';
      queries.append(entry);
      return query.reply === null ? 'drop' : { bytes: query.reply };
    }

    const { answer: given, fault, delayMs } = decide(query, transport);
    entry.fault = fault?.id ?? null;
    await pause(delayMs, stop.signal);
    if (stop.signal.aborted) return 'drop';
    const outcome = deliver(query, given, fault, transport, entry);
    queries.append(entry);
    return outcome;
  };

  /** The answer from the zones and the faults met on the way. */
  const decide = (
    query: Query,
    transport: Transport,
  ): { answer: Answer; fault: ActiveFault | undefined; delayMs: number } => {
    let fault: ActiveFault | undefined;
    let delayMs = 0;
    if (query.class !== CLASS_IN || query.type === AXFR || query.type === IXFR)
      return { answer: { rcode: 'REFUSED', answers: [], authorities: [] }, fault, delayMs };
    const answer = lookup(zones, query.name, query.type, (key) => {
      const met = faults.take(key, query.type, transport);
      if (met === undefined) return undefined;
      fault ??= met;
      delayMs += met.delayMs;
      return faultyAnswer(met, zones.zoneFor(key, query.type)?.soa);
    });
    return { answer: signer.complete(query, answer), fault, delayMs };
  };

  const deliver = (
    query: Query,
    answer: Answer,
    fault: ActiveFault | undefined,
    transport: Transport,
    entry: DnsQueryEntry,
  ): Outcome => {
    const effect = fault?.effect === 'truncate' && transport === 'tcp' ? fault.tcp : fault?.effect;
    if (effect === 'drop') return 'drop';
    if (effect === 'reset') {
      entry.outcome = 'reset';
      return 'reset';
    }
    if (effect === 'garbage') {
      entry.outcome = 'garbage';
      return { bytes: GARBAGE };
    }
    const badVersion = query.edns !== null && query.edns.version !== 0;
    let given: Answer = badVersion ? { rcode: 'NOERROR', answers: [], authorities: [] } : answer;
    let bytes = writeAnswer(query, given, badVersion);
    // RFC 1035 4.2.2: the length prefix has two octets, so more cannot be said even over TCP.
    if (bytes.length > 65535) {
      given = { rcode: 'SERVFAIL', answers: [], authorities: [] };
      bytes = writeAnswer(query, given);
    }
    entry.outcome = 'answered';
    entry.rcode = badVersion ? 'BADVERS' : given.rcode;
    if (transport === 'udp' && (effect === 'truncate' || bytes.length > udpLimit(query))) {
      bytes = writeTruncated(query, given);
      entry.outcome = 'truncated';
    } else entry.answers = given.answers.map(describeRecord);
    if (effect === 'wrong-id') bytes.writeUInt16BE(query.id ^ 0xffff, 0);
    return { bytes };
  };

  return {
    zones,
    faults,
    queries,
    signer,
    answer,
    async close() {
      stop.abort();
      queries.close();
    },
  };
}

function faultyAnswer(fault: ActiveFault, soa: ResourceRecord | undefined): Answer | undefined {
  const negative = soa === undefined ? [] : [soa];
  switch (fault.effect) {
    case 'servfail':
      return { rcode: 'SERVFAIL', answers: [], authorities: [] };
    case 'refused':
      return { rcode: 'REFUSED', answers: [], authorities: [] };
    case 'formerr':
      return { rcode: 'FORMERR', answers: [], authorities: [] };
    case 'notimp':
      return { rcode: 'NOTIMP', answers: [], authorities: [] };
    case 'nxdomain':
      return { rcode: 'NXDOMAIN', answers: [], authorities: negative };
    case 'nodata':
      return { rcode: 'NOERROR', answers: [], authorities: negative };
    default:
      return undefined;
  }
}

function describeRecord(record: ResourceRecord): AnsweredRecord {
  return {
    name: record.name,
    type: typeName(record.type),
    ttl: record.ttl,
    rdata: record.rdata.toString('hex'),
  };
}

/** Chooses log entries; every field that is given must agree. */
export interface DnsQueryFilter {
  /** Compared without regard to case. */
  name?: string;
  /** Also queries for names below. */
  below?: boolean;
  type?: string;
}

export function queryMatcher({
  name,
  below = false,
  type,
}: DnsQueryFilter): (entry: DnsQueryEntry) => boolean {
  const wantedType = type?.toUpperCase();
  const wanted = name === undefined ? undefined : keyOf(name);
  return (entry) => {
    if (wantedType !== undefined && entry.type !== wantedType) return false;
    if (wanted === undefined) return true;
    const asked = keyOf(entry.name);
    return asked === wanted || (below && (wanted === '.' || asked.endsWith(`.${wanted}`)));
  };
}
