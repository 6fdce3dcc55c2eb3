import type { Endpoint } from '../../../model/endpoint.ts';
import { provesNoName, provesNoType, readNsec } from './absence.ts';
import { exchange } from './exchange.ts';
import { type DnsRecord, type DnsResponse, NOERROR, NXDOMAIN, TYPE } from './message.ts';
import { isAtOrBelow, labelsOf, readName } from './name.ts';
import { isDelegatedTo, isSigned, type RecordSet, recordSets } from './signatures.ts';

/** RFC 4035 §4.3. */
export type Security = 'secure' | 'insecure' | 'bogus';

/** What became of a lookup; `failed`: no answer, an error, or a bogus one, as a validating resolver tells it. */
export type Lookup =
  | {
      readonly kind: 'found';
      readonly security: 'secure' | 'insecure';
      /** The name at the end of the aliases. */
      readonly name: string;
      readonly records: readonly Buffer[];
    }
  | { readonly kind: 'absent'; readonly security: 'secure' | 'insecure'; readonly name: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface ValidatingResolver {
  lookup(name: string, type: number): Promise<Lookup>;
  cancel(): void;
}

export interface ValidatingResolverOptions {
  readonly server: Endpoint;
  /** Base64 of the public key of the root (RFC 4034 §2.2); without it nothing is ever secure. */
  readonly anchor: string | undefined;
  /** A bogus answer counts as an insecure one. */
  readonly permissive?: boolean;
}

type Keys = readonly DnsRecord[];
/** The keys of a zone; null for one that is not signed, and undefined where it cannot be told. */
type ZoneKeys = { readonly zone: string; readonly keys: Keys | null } | undefined;

const ROOT = '';

/**
 * A stub resolver that validates what a resolver without validation tells it (RFC 4035 §5): from the key of
 * the root down by DS and DNSKEY, with NSEC for what is absent. Nothing is cached. Algorithm 13 only.
 */
export function createValidatingResolver(options: ValidatingResolverOptions): ValidatingResolver {
  const { server, anchor, permissive = false } = options;
  const stop = new AbortController();
  const ask = (name: string, type: number) => exchange(server, name, type, stop.signal);

  async function keysOfRoot(): Promise<ZoneKeys> {
    if (anchor === undefined) return { zone: ROOT, keys: null };
    const response = await ask(ROOT, TYPE.DNSKEY);
    const set = recordSets(response?.answers ?? []).find(({ type }) => type === TYPE.DNSKEY);
    const trusted = set?.records.filter(({ rdata }) => rdata.subarray(4).toString('base64') === anchor) ?? [];
    if (!set || !isSigned(set, response?.answers ?? [], ROOT, trusted)) return undefined;
    return { zone: ROOT, keys: set.records };
  }

  /** The keys of the zone in which a name lies, for DS of the one above it. */
  async function keysFor(name: string, type: number): Promise<ZoneKeys> {
    const labels = labelsOf(name);
    let current = await keysOfRoot();
    for (let count = 1; count <= labels.length; count += 1) {
      if (!current?.keys) return current;
      const at = labels.slice(-count).join('.');
      if (type === TYPE.DS && at === name) return current;
      const next: ZoneKeys | 'same zone' = await cutAt(at, current.zone, current.keys);
      if (next !== 'same zone') current = next;
    }
    return current;
  }

  /** What lies below a name: another zone, signed or not, or more of the same. */
  async function cutAt(name: string, zone: string, keys: Keys): Promise<ZoneKeys | 'same zone'> {
    const response = await ask(name, TYPE.DS);
    if (!response) return undefined;
    const ds = recordSets(response.answers).find((set) => set.name === name && set.type === TYPE.DS);
    if (!ds) {
      // An alias is no zone cut (RFC 1034 §3.6.2).
      const alias = recordSets(response.answers).find((set) => set.name === name && set.type === TYPE.CNAME);
      if (alias) return isSigned(alias, response.answers, zone, keys) ? 'same zone' : undefined;
      const proofs = provenIn(response, zone, keys);
      if (proofs.some(({ owner, types }) => owner === name && types.has(2)))
        return { zone: name, keys: null };
      const absent = provesNoType(proofs, name, TYPE.DS) || provesNoName(proofs, name);
      return absent ? 'same zone' : undefined;
    }
    if (!isSigned(ds, response.answers, zone, keys)) return undefined;
    const answer = await ask(name, TYPE.DNSKEY);
    const set = recordSets(answer?.answers ?? []).find(
      (one) => one.name === name && one.type === TYPE.DNSKEY,
    );
    const trusted =
      set?.records.filter(({ rdata }) => ds.records.some((one) => isDelegatedTo(one.rdata, name, rdata))) ??
      [];
    if (!set || !isSigned(set, answer?.answers ?? [], name, trusted)) return undefined;
    return { zone: name, keys: set.records };
  }

  async function securityOf(set: RecordSet, signatures: readonly DnsRecord[]): Promise<Security> {
    const found = await keysFor(set.name, set.type);
    if (!found) return 'bogus';
    if (!found.keys) return 'insecure';
    return isSigned(set, signatures, found.zone, found.keys) ? 'secure' : 'bogus';
  }

  async function securityOfAbsence(response: DnsResponse, name: string, type: number): Promise<Security> {
    const found = await keysFor(name, type);
    if (!found) return 'bogus';
    if (!found.keys) return 'insecure';
    const proofs = provenIn(response, found.zone, found.keys);
    const proven =
      response.rcode === NXDOMAIN ? provesNoName(proofs, name) : provesNoType(proofs, name, type);
    return proven ? 'secure' : 'bogus';
  }

  async function validated(name: string, type: number, response: DnsResponse): Promise<Lookup> {
    const levels: Security[] = [];
    for (const set of recordSets(response.answers)) levels.push(await securityOf(set, response.answers));
    const end = endOfAliases(name, response.answers);
    const records = response.answers.filter((one) => one.name === end && one.type === type);
    if (records.length === 0) levels.push(await securityOfAbsence(response, end, type));
    if (levels.includes('bogus') && !permissive)
      return { kind: 'failed', reason: `What the DNS says of ${name} is bogus.` };
    const security = levels.every((level) => level === 'secure') ? 'secure' : 'insecure';
    if (records.length === 0) return { kind: 'absent', security, name: end };
    return { kind: 'found', security, name: end, records: records.map(({ rdata }) => rdata) };
  }

  return {
    async lookup(name, type) {
      const key = name.toLowerCase().replace(/\.$/, '');
      const response = await ask(key, type);
      if (!response) return { kind: 'failed', reason: `The DNS gives no answer about ${key}.` };
      if (response.rcode !== NOERROR && response.rcode !== NXDOMAIN) {
        return { kind: 'failed', reason: `The DNS answers with code ${response.rcode} about ${key}.` };
      }
      return validated(key, type, response);
    },
    cancel: () => stop.abort(),
  };
}

/** NSEC records whose signatures hold. */
function provenIn(response: DnsResponse, zone: string, keys: Keys) {
  return recordSets(response.authorities)
    .filter(({ type }) => type === TYPE.NSEC)
    .filter((set) => isAtOrBelow(set.name, zone) && isSigned(set, response.authorities, zone, keys))
    .flatMap(({ records }) => records.map(readNsec));
}

function endOfAliases(name: string, answers: readonly DnsRecord[]): string {
  let at = name;
  for (let step = 0; step < answers.length; step += 1) {
    const alias = answers.find((record) => record.name === at && record.type === TYPE.CNAME);
    if (!alias) break;
    at = readName(alias.rdata, 0).name;
  }
  return at;
}
