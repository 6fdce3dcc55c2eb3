import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createJournal, type Journal } from '../journal/journal.ts';
import { closeServer, type Endpoint, listen, peerOf } from '../wire/listen.ts';
import { pause } from '../wire/pause.ts';
import { createSigner, type Signer } from './dnssec/signer.ts';
import { type ActiveFault, createFaultList, type FaultList } from './faults.ts';
import { type Answer, createZoneStore, lookup, type ZoneStore } from './lookup.ts';
import {
  CLASS_IN,
  type Edns,
  type Query,
  readQuery,
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

export interface DnsServerSettings {
  address: string;
  /** 0 takes any free one; the same for UDP and TCP. */
  port: number;
  /** Without TCP a truncated answer leads nowhere. */
  tcp: boolean;
}

export interface DnsServer {
  readonly endpoint: Endpoint;
  readonly zones: ZoneStore;
  readonly faults: FaultList;
  readonly queries: Journal<DnsQueryEntry>;
  readonly signer: Signer;
  close(): Promise<void>;
}

const GARBAGE = Buffer.from('this is not a DNS message\n');

/** After this time without a query a TCP connection is closed. */
const TCP_IDLE_MS = 30_000;

const AXFR = 252;
const IXFR = 251;

type Outcome = { bytes: Buffer } | 'drop' | 'reset';

/** Starts a DNS server that is authoritative for everything and knows only what is published. */
export async function startDnsServer(settings: DnsServerSettings): Promise<DnsServer> {
  const zones = createZoneStore();
  const signer = createSigner(zones);
  const faults = createFaultList();
  const queries = createJournal<DnsQueryEntry>();
  const stop = new AbortController();
  const connections = new Set<Socket>();

  const answerPacket = async (
    packet: Buffer,
    source: Endpoint,
    transport: 'udp' | 'tcp',
  ): Promise<Outcome> => {
    const query = readQuery(packet);
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

    const { answer, fault, delayMs } = decide(query, transport);
    entry.fault = fault?.id ?? null;
    await pause(delayMs, stop.signal);
    if (stop.signal.aborted) return 'drop';
    const outcome = deliver(query, answer, fault, transport, entry);
    queries.append(entry);
    return outcome;
  };

  /** The answer from the zones and the faults met on the way. */
  const decide = (
    query: Query,
    transport: 'udp' | 'tcp',
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
    transport: 'udp' | 'tcp',
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

  const tcp = createServer((connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    serveTcp(connection, answerPacket);
  });
  const endpoint = await bindBoth(settings, tcp, (udp) => {
    udp.on('message', (packet: Buffer, remote: RemoteInfo) => {
      const source = { address: remote.address, port: remote.port };
      void answerPacket(packet, source, 'udp').then((outcome) => {
        if (typeof outcome === 'object' && !stop.signal.aborted)
          udp.send(outcome.bytes, remote.port, remote.address, () => {
            // The client may be gone; what counts is in the journal.
          });
      });
    });
    stop.signal.addEventListener('abort', () => udp.close());
  });

  return {
    endpoint,
    zones,
    faults,
    queries,
    signer,
    async close() {
      stop.abort();
      queries.close();
      if (settings.tcp) await closeServer(tcp, connections);
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

/** Messages with a length of two octets in front (RFC 1035 4.2.2), answered one after the other. */
function serveTcp(
  connection: Socket,
  answerPacket: (packet: Buffer, source: Endpoint, transport: 'tcp') => Promise<Outcome>,
): void {
  let pending: Buffer = Buffer.alloc(0);
  let turn: Promise<void> = Promise.resolve();
  const source = peerOf(connection);
  connection.setTimeout(TCP_IDLE_MS, () => connection.destroy());
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const packet = pending.subarray(2, 2 + pending.readUInt16BE(0));
      pending = pending.subarray(2 + packet.length);
      turn = turn.then(async () => {
        const outcome = await answerPacket(packet, source, 'tcp');
        if (outcome === 'reset') connection.resetAndDestroy();
        else if (outcome !== 'drop' && !connection.destroyed) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(outcome.bytes.length, 0);
          connection.write(Buffer.concat([length, outcome.bytes]));
        }
      });
    }
  });
}

/** A free TCP port may be taken for UDP; then another one is tried. */
async function bindBoth(
  settings: DnsServerSettings,
  tcp: Server,
  attach: (udp: UdpSocket) => void,
): Promise<Endpoint> {
  for (let attempt = 1; ; attempt += 1) {
    const endpoint = settings.tcp ? await listen(tcp, settings) : settings;
    const udp = createSocket({ type: settings.address.includes(':') ? 'udp6' : 'udp4' });
    try {
      const bound = await bindUdp(udp, endpoint);
      attach(udp);
      return bound;
    } catch (problem) {
      udp.close();
      if (settings.tcp) await closeServer(tcp, []);
      if (settings.port !== 0 || attempt === 5) throw problem;
    }
  }
}

function bindUdp(udp: UdpSocket, at: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject);
    udp.bind({ address: at.address, port: at.port, exclusive: true }, () => {
      udp.off('error', reject);
      udp.on('error', () => {
        // An unreachable client is no reason to stop serving the others.
      });
      const { address, port } = udp.address();
      resolve({ address, port });
    });
  });
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
