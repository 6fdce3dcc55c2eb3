import type { DnsRecord } from '../message.ts';
import { parentOf, spelled } from '../name.ts';
import type { Reply } from '../stub.ts';
import { NOERROR, NXDOMAIN, rcodeName, TYPE, typeName } from '../types.ts';
import { isDelegatedTo, isKnownDelegation } from './algorithms.ts';
import { denialIn } from './denial.ts';
import { provesNoName, provesNoType } from './proof.ts';
import type { ZoneState } from './security.ts';
import { type RecordSet, recordSets, signaturesOver, verifySet } from './signatures.ts';

export interface ChainOptions {
  /** Asks for what may not validate too. */
  readonly ask: (name: string, type: number) => Promise<Reply>;
  /** Record data of the DS of the root, of which one is enough (RFC 4035 §5). */
  readonly anchors: readonly Buffer[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The way from the root to zones, by DS and DNSKEY (RFC 4035 §5.2). */
export interface Chain {
  /** The state of the zone in which a name lies; for a name at a cut that of the zone below. */
  stateAt(name: string): Promise<ZoneState>;
}

/** How long keys are believed before they are looked up again, in milliseconds. */
const KEPT_MS = 300_000;

type Answered = Extract<Reply, { readonly kind: 'response' }>['response'];

export function createChain({ ask, anchors, now }: ChainOptions): Chain {
  const known = new Map<string, { readonly until: number; readonly state: Promise<ZoneState> }>();
  const seconds = () => Math.floor(now() / 1_000);

  function stateAt(name: string): Promise<ZoneState> {
    const before = known.get(name);
    if (before && before.until > now()) return before.state;
    const state = found(name);
    known.set(name, { until: now() + KEPT_MS, state });
    return state;
  }

  /** What could not be told is asked for again the next time. */
  async function found(name: string): Promise<ZoneState> {
    let state: ZoneState | undefined;
    try {
      state = await descend(name);
      return state;
    } finally {
      if (state === undefined || state.security === 'indeterminate') known.delete(name);
    }
  }

  async function descend(name: string): Promise<ZoneState> {
    const above = parentOf(name);
    if (above === undefined) return stateOfRoot();
    const parent = await stateAt(above);
    return parent.security === 'secure' ? stateBelow(name, parent) : parent;
  }

  /** What is wrong here is between us and the resolver, and no fault of a domain. */
  async function stateOfRoot(): Promise<ZoneState> {
    const reply = await answered('', TYPE.DNSKEY);
    if ('security' in reply) return reply;
    const keys = setIn(reply.answers, '', TYPE.DNSKEY);
    if (!keys) return indeterminate('the resolver gives no keys of the root');
    const signatures = signaturesOver(keys, reply.answers);
    if (signatures.length === 0) return indeterminate('the resolver gives no signatures of DNSSEC');
    const trusted = keys.records.filter(({ rdata }) => anchors.some((ds) => isDelegatedTo(ds, '', rdata)));
    if (trusted.length === 0)
      return indeterminate('the keys of the root that the resolver gives are not those of the trust anchors');
    const verified = verifySet(keys, signatures, '', trusted, seconds());
    return verified.holds
      ? { security: 'secure', zone: '', keys: keys.records }
      : indeterminate(`the keys of the root cannot be trusted: ${verified.why}`);
  }

  /** What lies below a name: another zone, signed or not, or more of the same. */
  async function stateBelow(
    name: string,
    parent: Extract<ZoneState, { readonly security: 'secure' }>,
  ): Promise<ZoneState> {
    const reply = await answered(name, TYPE.DS);
    if ('security' in reply) return reply;
    const { zone, keys } = parent;
    const verify = (set: RecordSet) =>
      verifySet(set, signaturesOver(set, reply.answers), zone, keys, seconds());
    const ds = setIn(reply.answers, name, TYPE.DS);
    if (ds) {
      const verified = verify(ds);
      return verified.holds ? stateOfChild(name, ds.records) : bogus(verified.why);
    }
    // An alias is no zone cut (RFC 1034 §3.6.2).
    const alias = setIn(reply.answers, name, TYPE.CNAME);
    if (alias) {
      const verified = verify(alias);
      return verified.holds ? parent : bogus(verified.why);
    }
    return stateWithoutDelegation(name, parent, reply);
  }

  function stateWithoutDelegation(
    name: string,
    parent: Extract<ZoneState, { readonly security: 'secure' }>,
    reply: Answered,
  ): ZoneState {
    const denial = denialIn(reply, parent.zone, parent.keys, seconds());
    const proof = denial.about(name);
    if (proof?.kind === 'types' && proof.types.has(TYPE.NS) && provesNoType(proof, TYPE.DS) === 'proven')
      return { security: 'insecure', why: `${spelled(name)} is delegated without DS` };
    const outcomes = [provesNoType(proof, TYPE.DS), provesNoName(proof)];
    if (proof?.kind === 'no-name' && !proof.optOut) return parent;
    if (outcomes.includes('proven')) return parent;
    if (outcomes.includes('insecure') || denial.isTooCostly)
      return {
        security: 'insecure',
        why: `${spelled(parent.zone)} leaves ${spelled(name)} out of its proofs`,
      };
    const what = `that ${spelled(name)} has no DS`;
    return denial.isThere
      ? bogus(`${spelled(parent.zone)} does not prove ${what}`)
      : indeterminate(`the resolver sends no proof ${what}`);
  }

  async function stateOfChild(name: string, ds: readonly DnsRecord[]): Promise<ZoneState> {
    const usable = ds.filter(({ rdata }) => isKnownDelegation(rdata));
    if (usable.length === 0)
      return {
        security: 'insecure',
        why: `${spelled(name)} is delegated by algorithms alone that are not verified here`,
      };
    const reply = await answered(name, TYPE.DNSKEY);
    if ('security' in reply) return reply;
    const keys = setIn(reply.answers, name, TYPE.DNSKEY);
    if (!keys) return bogus(`${spelled(name)} has DS and no DNSKEY`);
    const trusted = keys.records.filter(({ rdata }) =>
      usable.some((one) => isDelegatedTo(one.rdata, name, rdata)),
    );
    if (trusted.length === 0) return bogus(`no DNSKEY of ${spelled(name)} is the one of its DS`);
    const verified = verifySet(keys, signaturesOver(keys, reply.answers), name, trusted, seconds());
    return verified.holds ? { security: 'secure', zone: name, keys: keys.records } : bogus(verified.why);
  }

  async function answered(name: string, type: number): Promise<Answered | ZoneState> {
    const reply = await ask(name, type);
    if (reply.kind === 'silent') return indeterminate(reply.text.replace(/\.$/, ''));
    const { rcode } = reply.response;
    return rcode === NOERROR || rcode === NXDOMAIN
      ? reply.response
      : indeterminate(`the resolver answers ${rcodeName(rcode)} to ${typeName(type)} of ${spelled(name)}`);
  }

  return { stateAt };
}

function setIn(section: readonly DnsRecord[], name: string, type: number): RecordSet | undefined {
  return recordSets(section).find((set) => set.name === name && set.type === type);
}

function indeterminate(why: string): ZoneState {
  return { security: 'indeterminate', why };
}

function bogus(why: string): ZoneState {
  return { security: 'bogus', why };
}
