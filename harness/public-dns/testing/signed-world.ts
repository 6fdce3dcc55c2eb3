import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyTag } from '../dnssec/algorithms.ts';
import { hashedName } from '../dnssec/nsec3.ts';
import { labelsCounted } from '../dnssec/signatures.ts';
import { canonicalData, type DnsRecord, type DnsResponse } from '../message.ts';
import { compareNames, isAtOrBelow, labelsOf, nameToWire, parentOf, suffixOf } from '../name.ts';
import type { Reply } from '../stub.ts';
import { NOERROR, NXDOMAIN, TYPE } from '../types.ts';

/** A zone of the world, signed in advance as most zones are: keys, and a chain of NSEC or NSEC3 over all names. */
export interface WorldZone {
  readonly origin: string;
  /** Null: not signed. */
  readonly algorithm: 8 | 10 | 13 | 14 | 15 | 16 | null;
  readonly denial?: 'nsec' | 'nsec3';
  /** NSEC3 leaves delegations without DS out. */
  readonly optOut?: boolean;
  readonly iterations?: number;
  /** Of the delegation; 2 by default, null: none in the zone above. */
  readonly digest?: 1 | 2 | 4 | null;
  readonly records: readonly (readonly [name: string, type: number, rdata: Buffer])[];
}

const HOUR = 3_600;
const TTL = 300;
const SALT = Buffer.from('aabbccdd', 'hex');

interface Key {
  readonly dnskey: Buffer;
  sign(octets: Buffer): Buffer;
}

/** Answers as an authoritative server with all these zones does, in memory. `change` may spoil an answer. */
export function signedWorld(
  zones: readonly WorldZone[],
  {
    now,
    change = (response) => response,
  }: {
    /** Seconds since 1970. */
    readonly now: number;
    readonly change?: (response: DnsResponse, name: string, type: number) => DnsResponse;
  },
) {
  const keys = new Map(
    zones.flatMap(({ origin, algorithm }) =>
      algorithm ? [[origin, keyFor(origin, algorithm)] as const] : [],
    ),
  );
  const [root] = zones.filter(({ origin }) => origin === '');
  const rootKey = keys.get('');
  if (!root || !rootKey) throw new Error('The world has a signed root.');

  /** What a zone holds: its own records, and the delegations to those below it. */
  function contentOf(zone: WorldZone): DnsRecord[] {
    const below = zones.filter(({ origin }) => origin !== zone.origin && zoneAbove(zones, origin) === zone);
    const key = keys.get(zone.origin);
    return [
      record(zone.origin, TYPE.SOA, Buffer.concat([nameToWire('ns'), nameToWire('host'), Buffer.alloc(20)])),
      record(zone.origin, TYPE.NS, nameToWire(`ns.${zone.origin}`)),
      ...(key ? [record(zone.origin, TYPE.DNSKEY, key.dnskey)] : []),
      ...zone.records.map(([name, type, rdata]) => record(name, type, rdata)),
      ...below.flatMap((child) => {
        const childKey = keys.get(child.origin);
        const { digest = 2 } = child;
        return [
          record(child.origin, TYPE.NS, nameToWire(`ns.${child.origin}`)),
          ...(childKey && digest
            ? [record(child.origin, TYPE.DS, dsOf(child.origin, childKey, digest))]
            : []),
        ];
      }),
    ];
  }

  function answer(name: string, type: number): DnsResponse {
    const zone = zoneFor(zones, name, type);
    const content = contentOf(zone);
    const signed = (records: readonly DnsRecord[], name: string) => signedSets(zone, records, name);
    const at = content.filter((one) => one.name === name);
    const matching = at.filter((one) => one.type === type);
    if (matching.length > 0) return response(NOERROR, signed(matching, name), []);
    const alias = at.filter((one) => one.type === TYPE.CNAME);
    if (alias.length > 0) return response(NOERROR, signed(alias, name), []);
    const names = namesOf(content, zone.origin);
    const soa = content.filter((one) => one.type === TYPE.SOA);
    const denied = (rcode: number, ...about: readonly string[]) =>
      response(rcode, [], [...signed(soa, zone.origin), ...denials(zone, content, about)]);
    // A delegation that is left out of the chain lies in a gap of it (RFC 5155 §7.2.4).
    if (names.has(name)) return denied(NOERROR, name, ...(zone.optOut ? [zone.origin] : []));
    let encloser = parentOf(name) ?? '';
    while (!names.has(encloser)) encloser = parentOf(encloser) ?? '';
    const nextCloser = suffixOf(name, labelsOf(encloser).length + 1);
    const wildcard = ['*', ...labelsOf(encloser)].join('.');
    const ofWildcard = content.filter((one) => one.name === wildcard && one.type === type);
    if (ofWildcard.length > 0)
      return response(
        NOERROR,
        signedSets(zone, ofWildcard, name, wildcard),
        denials(zone, content, [nextCloser]),
      );
    const rcode = names.has(wildcard) ? NOERROR : NXDOMAIN;
    return denied(rcode, nextCloser, encloser, wildcard);
  }

  function denials(zone: WorldZone, content: readonly DnsRecord[], about: readonly string[]): DnsRecord[] {
    if (!keys.has(zone.origin)) return [];
    const made = zone.denial === 'nsec3' ? nsec3Chain(zone, content) : nsecChain(zone, content);
    const chosen = about.flatMap((name) => made.filter((one) => one.concerns(name)).map((one) => one.record));
    return [...new Set(chosen)].flatMap((one) => signedSets(zone, [one], one.name));
  }

  /** Records under a name, with signatures; those of a wildcard under the name asked for. */
  function signedSets(
    zone: WorldZone,
    records: readonly DnsRecord[],
    name: string,
    owner = name,
  ): DnsRecord[] {
    const shown = records.map((one) => ({ ...one, name }));
    const isDelegation = name !== zone.origin && records.some(({ type }) => type === TYPE.NS);
    const key = keys.get(zone.origin);
    const [first] = records;
    if (!key || !first || isDelegation) return shown;
    const head = Buffer.alloc(18);
    head.writeUInt16BE(first.type, 0);
    head.writeUInt8(key.dnskey[3] ?? 0, 2);
    head.writeUInt8(labelsCounted(owner), 3);
    head.writeUInt32BE(TTL, 4);
    head.writeUInt32BE(now + HOUR, 8);
    head.writeUInt32BE(now - HOUR, 12);
    head.writeUInt16BE(keyTag(key.dnskey), 16);
    const covered = Buffer.concat([head, nameToWire(zone.origin)]);
    const data = records
      .map(canonicalData)
      .toSorted(Buffer.compare)
      .flatMap((rdata) => {
        const fixed = Buffer.alloc(10);
        fixed.writeUInt16BE(first.type, 0);
        fixed.writeUInt16BE(1, 2);
        fixed.writeUInt32BE(TTL, 4);
        fixed.writeUInt16BE(rdata.length, 8);
        return [nameToWire(owner), fixed, rdata];
      });
    const signature = key.sign(Buffer.concat([covered, ...data]));
    return [...shown, record(name, TYPE.RRSIG, Buffer.concat([covered, signature]))];
  }

  return {
    /** DS of the root. */
    anchor: dsOf('', rootKey, 2),
    async ask(name: string, type: number): Promise<Reply> {
      const said = change(answer(name, type), name, type);
      return { kind: 'response', response: said, server: { host: '127.0.0.1', port: 53 } };
    },
  };
}

function record(name: string, type: number, rdata: Buffer): DnsRecord {
  return { name, type, ttl: TTL, rdata };
}

function response(rcode: number, answers: DnsRecord[], authorities: DnsRecord[]): DnsResponse {
  return { id: 0, question: null, rcode, truncated: false, authentic: false, answers, authorities };
}

function zoneAbove(zones: readonly WorldZone[], origin: string): WorldZone | undefined {
  return zones
    .filter((one) => one.origin !== origin && isAtOrBelow(origin, one.origin))
    .toSorted((a, b) => labelsOf(b.origin).length - labelsOf(a.origin).length)[0];
}

function zoneFor(zones: readonly WorldZone[], name: string, type: number): WorldZone {
  const own = type === TYPE.DS ? undefined : zones.find(({ origin }) => origin === name);
  const zone = own ?? zoneAbove(zones, name);
  if (!zone) throw new Error(`No zone holds ${name}.`);
  return zone;
}

/** Names with records and those between them and the zone (RFC 4592 §2.2.2). */
function namesOf(content: readonly DnsRecord[], origin: string): Set<string> {
  const names = new Set([origin]);
  for (const { name } of content)
    for (let at: string | undefined = name; at !== undefined && at !== origin; at = parentOf(at))
      names.add(at);
  return names;
}

interface Link {
  readonly record: DnsRecord;
  concerns(name: string): boolean;
}

function nsecChain({ origin }: WorldZone, content: readonly DnsRecord[]): Link[] {
  const owners = [...new Set(content.map(({ name }) => name))].toSorted(compareNames);
  return owners.map((owner, index) => {
    const next = owners[index + 1] ?? origin;
    const types = [...typesAt(content, owner), TYPE.RRSIG, TYPE.NSEC];
    return {
      record: record(owner, TYPE.NSEC, Buffer.concat([nameToWire(next), bitMap(types)])),
      concerns: (name) =>
        name === owner ||
        (compareNames(owner, name) < 0 && (next === origin || compareNames(name, next) < 0)),
    };
  });
}

function nsec3Chain({ origin, optOut, iterations = 1 }: WorldZone, content: readonly DnsRecord[]): Link[] {
  const isLeftOut = (name: string) => {
    const types = typesAt(content, name);
    return optOut === true && name !== origin && types.includes(TYPE.NS) && !types.includes(TYPE.DS);
  };
  const hashed = [...namesOf(content, origin)]
    .filter((name) => !isLeftOut(name))
    .map((name) => ({ name, hash: hashedName(name, SALT, iterations) }))
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  return hashed.map(({ name: owner, hash }, index) => {
    const next = hashed[index + 1] ?? hashed[0] ?? { name: owner, hash };
    const head = Buffer.from([1, optOut ? 1 : 0, iterations >> 8, iterations & 0xff, SALT.length]);
    const digest = fromBase32(next.hash);
    const types = typesAt(content, owner);
    const isSigned = types.some((type) => type !== TYPE.NS) || owner === origin;
    const rdata = Buffer.concat([
      head,
      SALT,
      Buffer.from([digest.length]),
      digest,
      bitMap(isSigned && types.length > 0 ? [...types, TYPE.RRSIG] : types),
    ]);
    return {
      record: record(origin === '' ? hash : `${hash}.${origin}`, TYPE.NSEC3, rdata),
      concerns: (name) => {
        const wanted = hashedName(name, SALT, iterations);
        const isBetween =
          hash < next.hash ? hash < wanted && wanted < next.hash : hash < wanted || wanted < next.hash;
        return wanted === hash || isBetween;
      },
    };
  });
}

function typesAt(content: readonly DnsRecord[], name: string): number[] {
  return [...new Set(content.filter((one) => one.name === name).map(({ type }) => type))];
}

/** RFC 4034 §4.1.2, for types below 256. */
function bitMap(types: readonly number[]): Buffer {
  if (types.length === 0) return Buffer.alloc(0);
  const bits = Buffer.alloc((Math.max(...types) >> 3) + 1);
  for (const type of types) bits[type >> 3] = (bits[type >> 3] ?? 0) | (0x80 >> (type & 7));
  return Buffer.concat([Buffer.from([0, bits.length]), bits]);
}

function fromBase32(text: string): Buffer {
  const digits = '0123456789abcdefghijklmnopqrstuv';
  const bits = [...text].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}

function dsOf(origin: string, { dnskey }: Key, digest: 1 | 2 | 4): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(keyTag(dnskey), 0);
  head.writeUInt8(dnskey[3] ?? 0, 2);
  head.writeUInt8(digest, 3);
  const name = { 1: 'sha1', 2: 'sha256', 4: 'sha384' }[digest];
  return Buffer.concat([head, createHash(name).update(nameToWire(origin)).update(dnskey).digest()]);
}

const made = new Map<string, Key>();

/** Keys take time to make: each is made once. */
function keyFor(origin: string, algorithm: NonNullable<WorldZone['algorithm']>): Key {
  const id = `${algorithm} ${origin}`;
  const key = made.get(id) ?? keyOf(algorithm);
  made.set(id, key);
  return key;
}

function keyOf(algorithm: NonNullable<WorldZone['algorithm']>): Key {
  const dnskey = (key: Buffer) => Buffer.concat([Buffer.from([1, 1, 3, algorithm]), key]);
  if (algorithm === 8 || algorithm === 10) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const [exponent, modulus] = [member(publicKey, 'e'), member(publicKey, 'n')];
    const digest = algorithm === 8 ? 'sha256' : 'sha512';
    return {
      dnskey: dnskey(Buffer.concat([Buffer.from([exponent.length]), exponent, modulus])),
      sign: (octets) => sign(digest, octets, privateKey),
    };
  }
  if (algorithm === 13 || algorithm === 14) {
    const [namedCurve, digest] = algorithm === 13 ? ['P-256', 'sha256'] : ['P-384', 'sha384'];
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    return {
      dnskey: dnskey(Buffer.concat([member(publicKey, 'x'), member(publicKey, 'y')])),
      sign: (octets) => sign(digest, octets, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    };
  }
  const { privateKey, publicKey } =
    algorithm === 15 ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448');
  return { dnskey: dnskey(member(publicKey, 'x')), sign: (octets) => sign(null, octets, privateKey) };
}

function member(key: KeyObject, name: 'x' | 'y' | 'n' | 'e'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url');
}
