import { type Answer, isReadableName, ROOT_SOA, recordsIn, type ZoneStore } from '../lookup.ts';
import type { Query } from '../message.ts';
import { keyOf, parentOf, readName } from '../names.ts';
import { TYPE } from '../types.ts';
import type { CompiledZone, ResourceRecord } from '../zone.ts';
import { nothingAt, nothingElseAt } from './denial.ts';
import { type SignatureFlaw, signatureOver } from './signature.ts';
import { createKeyRing, type KeyRing, type ZoneKey } from './zone-key.ts';

/** Signs what a server answers, zone by zone, while it answers. */
export interface Signer {
  /** What a validating resolver is to trust: the key of the root, which is always signed. */
  readonly trustAnchor: TrustAnchor;
  /** Adds keys and delegations, and with DNSSEC OK also signatures and proofs of absence (RFC 4035 3.1). */
  complete(query: Query, answer: Answer): Answer;
  /** What a validating resolver makes of an answer (RFC 4035 4.3), faults left out of account. */
  securityOf(name: string, type: number, answer: Answer): Security;
}

export type Security = 'secure' | 'insecure' | 'bogus';

/** The same key in two forms of a master file (RFC 4034 2.2, 5.3). */
export interface TrustAnchor {
  ds: string;
  dnskey: string;
}

/** Zone cuts that a resolver is told of. */
interface SignedZone {
  readonly origin: string;
  readonly key: ZoneKey;
  readonly zone: CompiledZone | undefined;
}

const ROOT = '.';

export function createSigner(store: ZoneStore, { keyFor }: KeyRing = createKeyRing()): Signer {
  /** The zone that answers for a name; undefined when it is not signed. */
  function signedZone(name: string, type: number): SignedZone | undefined {
    const key = keyOf(name);
    // RFC 4035 3.1.4.1: DS at a zone cut is data of the parent.
    const at = type === TYPE.DS ? parentOf(key) : key;
    const zone = at === undefined ? undefined : store.zoneFor(at, TYPE.SOA);
    if (zone === undefined) return { origin: ROOT, key: keyFor(ROOT), zone: undefined };
    if (zone.dnssec === undefined) return undefined;
    return { origin: zone.origin, key: keyFor(zone.origin), zone };
  }

  function signaturesOver(
    records: readonly ResourceRecord[],
    signed: SignedZone | undefined,
  ): ResourceRecord[] {
    const [first] = records;
    if (!first || !signed) return [];
    const flaw = flawOf(signed.zone, first.name, first.type);
    return signatureOver(records, { ...signed, flaw, now: Date.now() });
  }

  function flawOf(zone: CompiledZone | undefined, name: string, type: number): SignatureFlaw | undefined {
    return zone?.dnssec?.flaws.find(
      (rule) =>
        (rule.name === undefined || rule.name === keyOf(name)) &&
        (rule.type === undefined || rule.type === type),
    )?.signature;
  }

  function securityOfSet(name: string, type: number): Security {
    for (let at: SignedZone | undefined = signedZone(name, type); ; at = signedZone(at.origin, TYPE.DS)) {
      if (!at) return 'insecure';
      if (at.origin === ROOT) break;
    }
    for (let at = signedZone(name, type); at?.zone; at = signedZone(at.origin, TYPE.DS)) {
      if (flawOf(at.zone, at.origin, TYPE.DNSKEY)) return 'bogus';
    }
    return flawOf(signedZone(name, type)?.zone, name, type) ? 'bogus' : 'secure';
  }

  /** Keys at the apex of signed zones, and delegations to them. */
  function withKeys({ name, type }: Query, answer: Answer): Answer {
    if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') return answer;
    const key = keyOf(name);
    const positive = (rdata: Buffer): Answer => ({
      rcode: 'NOERROR',
      answers: [{ name, type, ttl: 0, rdata }],
      authorities: [],
    });
    if (type === TYPE.DNSKEY) {
      const signed = signedZone(name, type);
      if (signed?.origin === key) return positive(signed.key.dnskey);
    }
    const child = type === TYPE.DS && key !== ROOT ? store.zoneFor(key, TYPE.SOA) : undefined;
    if (child?.origin !== key) return answer;
    if (child.dnssec !== undefined && signedZone(name, TYPE.DS)) return positive(keyFor(key).ds);
    // The parent answers, in its own name.
    const parent = store.zoneFor(parentOf(key) ?? ROOT, TYPE.SOA);
    return { rcode: 'NOERROR', answers: [], authorities: [parent?.soa ?? ROOT_SOA] };
  }

  /** The records that prove that a name, or a type of it, is not there. */
  function denial({ name, type, rcode, ttl }: Denied): ResourceRecord[] {
    const signed = signedZone(name, type);
    if (!signed) return [];
    const key = keyOf(name);
    if (rcode === 'NOERROR') {
      const isCut = type === TYPE.DS && store.zoneFor(key, TYPE.SOA)?.origin === key;
      const present = isCut ? [TYPE.NS] : typesAt(signed, key);
      // A fault may hide what is there.
      return [
        nothingElseAt(
          key,
          present.filter((other) => other !== type),
          ttl,
        ),
      ];
    }
    let nextCloser = key;
    for (let at = parentOf(key); at !== undefined; at = parentOf(at)) {
      if (at === signed.origin || exists(signed, at)) return nothingAt(nextCloser, at, ttl);
      nextCloser = at;
    }
    return [];
  }

  function typesAt({ origin, zone }: SignedZone, key: string): number[] {
    const owned = zone ? (recordsIn(store, zone, key) ?? []) : key === ROOT ? [{ type: TYPE.SOA }] : [];
    return [...owned.map(({ type }) => type), ...(key === origin ? [TYPE.NS, TYPE.DNSKEY] : [])];
  }

  function exists({ zone }: SignedZone, key: string): boolean {
    return zone?.names.has(key) === true || store.isAboveAZone(key);
  }

  return {
    get trustAnchor() {
      const { dnskey, ds } = keyFor(ROOT);
      return {
        dnskey: `. IN DNSKEY 257 3 13 ${dnskey.subarray(4).toString('base64')}`,
        ds: `. IN DS ${ds.readUInt16BE(0)} 13 2 ${ds.subarray(4).toString('hex')}`,
      };
    },
    complete(query, plain) {
      const answer = withKeys(query, plain);
      if (query.edns?.dnssecOk !== true) return answer;
      if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') return answer;
      const denied = deniedBy(query, answer);
      const proofs = denied ? denial(denied) : [];
      const denying = denied && signedZone(denied.name, denied.type);
      return {
        rcode: answer.rcode,
        answers: setsOf(answer.answers).flatMap((set) => {
          const [first] = set;
          return [...set, ...signaturesOver(set, first && signedZone(first.name, first.type))];
        }),
        authorities: setsOf([...answer.authorities, ...proofs]).flatMap((set) => [
          ...set,
          ...signaturesOver(set, denying),
        ]),
      };
    },
    securityOf(name, type, { answers }) {
      const sets = answers.length > 0 ? setsOf(answers).flatMap(([first]) => first ?? []) : [{ name, type }];
      const all = sets.map((set) => securityOfSet(set.name, set.type));
      return all.find((one) => one === 'bogus') ?? all.find((one) => one === 'insecure') ?? 'secure';
    },
  };
}

interface Denied {
  readonly name: string;
  readonly type: number;
  readonly rcode: Answer['rcode'];
  /** Seconds. */
  readonly ttl: number;
}

/** What an answer says is not there, at the end of its chain of aliases; undefined when it has what was asked for. */
function deniedBy({ name, type }: Query, { rcode, answers, authorities }: Answer): Denied | undefined {
  const last = answers.at(-1);
  if (last && (last.type !== TYPE.CNAME || type === TYPE.CNAME || type === TYPE.ANY)) return undefined;
  // An alias that cannot be read leads nowhere, so that nothing is denied there.
  if (last && !isReadableName(last.rdata)) return undefined;
  const at = last ? readName(last.rdata, 0).name : name;
  return { name: at, type, rcode, ttl: authorities[0]?.ttl ?? 0 };
}

function setsOf(records: readonly ResourceRecord[]): ResourceRecord[][] {
  return [...Map.groupBy(records, ({ name, type }) => `${keyOf(name)} ${type}`).values()];
}
