import { createDnsAuthority, type DnsAuthority, type Outcome, type Transport } from '../dns/authority.ts';
import { createKeyRing, type KeyRing } from '../dns/dnssec/zone-key.ts';
import type { Answer } from '../dns/lookup.ts';
import { type Query, type Unreadable, writeAnswer, writeTruncated } from '../dns/message.ts';
import { isAtOrBelow, keyOf } from '../dns/names.ts';
import { TYPE } from '../dns/types.ts';
import { parseZone, type ZoneRecord } from '../dns/zone.ts';
import type { Endpoint } from '../wire/listen.ts';
import { type Allowance, networkOf } from './allowance.ts';

/** A part of the zone that answers for itself. */
export interface Delegated {
  /** Comparison key of its name. */
  readonly zone: string;
  readonly dns: DnsAuthority;
  readonly keys: KeyRing;
}

/** The name server of the zone: what lies beneath a run is answered by that run, all else by the zone. */
export interface OpenNameServer {
  /** The DS record that belongs into the zone above, in the form of a master file. */
  readonly ds: string;
  answer(query: Query | Unreadable, source: Endpoint, transport: Transport): Promise<Outcome>;
  delegate(part: Delegated): void;
  withdraw(zone: string): void;
  /** The part that a name lies in. */
  partOf(name: string): Delegated | undefined;
  close(): Promise<void>;
}

/** Recursion Available: this server looks nothing up for anybody. */
const RA = 0x80;
/** Authoritative Answer: not about the names of others. */
const AA = 0x04;
/** Delegations stay for a while, so that resolvers do not ask for them with every name; seconds. */
const TTL = 60;
/** Nobody asks the queries of strangers back. */
const REMEMBERED = 100;

export function createNameServer(options: {
  readonly zone: string;
  readonly nameServers: readonly string[];
  /** Of this machine, for names of the zone. */
  readonly address: string;
  /** Names of the zone that lead to this machine. */
  readonly hosts: readonly string[];
  readonly zoneKey: string | undefined;
  readonly perNetwork: Allowance;
}): OpenNameServer {
  const { zone, nameServers, address, hosts, zoneKey, perNetwork } = options;
  const parts = new Map<string, Delegated>();
  const own = createKeyRing(new Map(zoneKey === undefined ? [] : [[zone, zoneKey]]));
  const apex = createDnsAuthority({
    within: zone,
    keys: { keyFor: (origin) => (parts.get(origin)?.keys ?? own).keyFor(origin) },
    remembered: REMEMBERED,
  });
  const servers = (origin: string): ZoneRecord[] =>
    nameServers.map((data) => ({ name: origin, type: 'NS', ttl: TTL, data }));
  const inZone = [...nameServers, ...hosts].filter((name) => isAtOrBelow(keyOf(name), zone));
  apex.zones.publish(
    parseZone(
      {
        origin: zone,
        records: [
          ...servers(zone),
          ...[...new Set(inZone)].map((name): ZoneRecord => ({ name, type: 'A', ttl: TTL, data: address })),
        ],
        dnssec: {},
      },
      'zone',
    ),
  );

  const partOf = (name: string): Delegated | undefined => {
    const key = keyOf(name);
    if (!key.endsWith(`.${zone}`)) return undefined;
    const label = key
      .slice(0, -zone.length - 1)
      .split('.')
      .at(-1);
    return parts.get(`${label}.${zone}`);
  };

  /** Who answers a query; undefined where it is about names of others. */
  const authorityFor = ({ name, type }: Query): DnsAuthority | undefined => {
    const key = keyOf(name);
    if (!isAtOrBelow(key, zone)) return undefined;
    const part = partOf(key);
    // RFC 4035 3.1.4.1: DS at a zone cut is data of the zone above.
    return part === undefined || (type === TYPE.DS && key === part.zone) ? apex : part.dns;
  };

  const key = own.keyFor(zone).ds;
  return {
    ds: `${zone}. IN DS ${key.readUInt16BE(0)} 13 2 ${key.subarray(4).toString('hex')}`,
    async answer(query, source, transport) {
      if ('reason' in query) return query.reply === null ? 'drop' : { bytes: query.reply };
      // Whoever forges an address gets nothing that is larger than what was sent; a true client comes over TCP.
      if (transport === 'udp' && !perNetwork.take(networkOf(source.address)))
        return { bytes: plain(writeTruncated(query, bare('NOERROR'))) };
      const authority = authorityFor(query);
      if (authority === undefined) return { bytes: plain(writeAnswer(query, bare('REFUSED')), AA) };
      const outcome = await authority.answer(query, source, transport);
      return typeof outcome === 'object' ? { bytes: plain(outcome.bytes) } : outcome;
    },
    delegate(part) {
      parts.set(part.zone, part);
      const records = servers(part.zone);
      apex.zones.publish(parseZone({ origin: part.zone, records: [], dnssec: {} }, 'zone'));
      part.dns.zones.publish(parseZone({ origin: part.zone, records, dnssec: {} }, 'zone'));
    },
    withdraw(name) {
      parts.delete(name);
      apex.zones.withdraw(name);
    },
    partOf,
    close: apex.close,
  };
}

function bare(rcode: Answer['rcode']): Answer {
  return { rcode, answers: [], authorities: [] };
}

/** Takes back what only a resolver says of itself. */
function plain(answered: Buffer, more = 0): Buffer {
  if (answered.length < 4) return answered;
  const bytes = Buffer.from(answered);
  bytes.writeUInt8(bytes.readUInt8(2) & ~more, 2);
  bytes.writeUInt8(bytes.readUInt8(3) & ~RA, 3);
  return bytes;
}
