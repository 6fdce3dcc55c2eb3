import type { PublicDns } from '../model/public-dns.ts';
import { readableData } from './data.ts';
import { type Chain, createChain } from './dnssec/chain.ts';
import { type Judged, SECURE, type Security, worstOf } from './dnssec/security.ts';
import { recordSets } from './dnssec/signatures.ts';
import { securityOfAbsence, securityOfSet } from './dnssec/validate.ts';
import type { DnsRecord, DnsResponse } from './message.ts';
import { isAtOrBelow, keyOf, nameOf, readName, spelled } from './name.ts';
import { anchorOf } from './root-anchors.ts';
import { createStub } from './stub.ts';
import { NOERROR, NXDOMAIN, rcodeName, SERVFAIL, TYPE, typeName, typeNumber } from './types.ts';

/** A record as checks read it. */
export interface LookedUpRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds; what is left of them at the resolver. */
  readonly ttl: number;
  /** As the lab gives it: `readableData`. */
  readonly data: unknown;
}

/** What the public DNS says about a name, or why it says nothing. */
export type Looked =
  | {
      readonly kind: 'answer';
      /** `NXDOMAIN`: there is no such name; `NOERROR` without records of the type: it has none. */
      readonly rcode: 'NOERROR' | 'NXDOMAIN';
      /** Aliases on the way in front. */
      readonly records: readonly LookedUpRecord[];
      readonly dnssec: Security;
      /** Why it is not secure, without full stop. */
      readonly why: string;
    }
  | {
      readonly kind: 'failed';
      /** `alias-loop` and `alias-chain` are told by the records; the others by the resolver, or by nobody. */
      readonly failure: 'timeout' | 'unreachable' | 'servfail' | 'refused' | 'alias-loop' | 'alias-chain';
      /** A sentence. */
      readonly text: string;
      /** Aliases that were followed. */
      readonly records: readonly LookedUpRecord[];
    };

/** Looks names up at the resolvers of a declaration. */
export interface PublicResolver {
  /** @param type such as `MX` */
  lookup(name: string, type: string): Promise<Looked>;
}

/** Aliases that are followed; resolvers follow fewer. */
const MOST_ALIASES = 16;

/**
 * A resolver for one target. What it says is secure where a resolver behind a trusted path says so (RFC 4035 §4.9.3),
 * and is validated here, from the anchors of the root down, where none does.
 * @param now milliseconds since 1970
 * @param tries milliseconds that each round of queries may take
 */
export function createPublicResolver(
  { servers, trustsAd, rootAnchors }: Pick<PublicDns, 'servers' | 'trustsAd' | 'rootAnchors'>,
  {
    signal,
    now = Date.now,
    tries,
  }: { readonly signal: AbortSignal; readonly now?: () => number; readonly tries?: readonly number[] },
): PublicResolver {
  const stub = createStub({ servers, signal, ...(tries ? { tries } : {}) });
  const chain: Chain = createChain({
    ask: (name, type) => stub.ask({ name, type }, { checkingDisabled: true }),
    anchors: rootAnchors.map(anchorOf),
    now,
  });
  const validation = { chain, now };

  /** What does not validate at a trusted resolver is asked for once more, to see what it is. */
  async function ask(name: string, type: number) {
    if (!trustsAd) return stub.ask({ name, type }, { checkingDisabled: true });
    const reply = await stub.ask({ name, type }, { checkingDisabled: false });
    return reply.kind === 'response' && reply.response.rcode === SERVFAIL
      ? stub.ask({ name, type }, { checkingDisabled: true })
      : reply;
  }

  async function lookup(written: string, typeText: string): Promise<Looked> {
    const type = typeNumber(typeText);
    const name = nameOf(written);
    if (name === undefined)
      return {
        kind: 'answer',
        rcode: 'NXDOMAIN',
        records: [],
        dnssec: 'indeterminate',
        why: 'no domain name is spelled so, and nobody was asked',
      };
    const followed: DnsRecord[] = [];
    const judged: Judged[] = [];
    const failed = (failure: Extract<Looked, { kind: 'failed' }>['failure'], text: string): Looked => ({
      kind: 'failed',
      failure,
      text,
      records: followed.map(readable),
    });
    const question = `${typeName(type)} of ${spelled(name)}`;
    for (let at = keyOf(name); ; ) {
      const reply = await ask(at, type);
      if (reply.kind === 'silent') return failed(reply.failure, reply.text);
      const { response, server } = reply;
      const { rcode } = response;
      if (rcode !== NOERROR && rcode !== NXDOMAIN)
        return failed(
          rcode === SERVFAIL ? 'servfail' : 'refused',
          `The resolver ${server.host} port ${server.port} answers ${rcodeName(rcode)} to ${question}.`,
        );
      const { end, aliases } = follow(response, at, type);
      followed.push(...aliases);
      const names = followed.map((alias) => alias.name);
      if (new Set(names).size < names.length || names.includes(end))
        return failed('alias-loop', `The aliases of ${spelled(name)} lead in a circle at ${spelled(end)}.`);
      if (followed.length > MOST_ALIASES)
        return failed('alias-chain', `${spelled(name)} has more than ${MOST_ALIASES} aliases in a row.`);
      const found = response.answers.filter((one) => one.name === end && one.type === type);
      const goesOn = isUnfinished(response, aliases, found);
      judged.push(await securityOf(response, aliases, found, { end, type, goesOn }));
      if (goesOn) {
        at = end;
        continue;
      }
      const { security, why } = worstOf(judged);
      return {
        kind: 'answer',
        rcode: rcode === NXDOMAIN && found.length === 0 ? 'NXDOMAIN' : 'NOERROR',
        records: [...followed, ...found].map(readable),
        dnssec: security,
        why,
      };
    }
  }

  async function securityOf(
    response: DnsResponse,
    aliases: readonly DnsRecord[],
    found: readonly DnsRecord[],
    { end, type, goesOn }: { readonly end: string; readonly type: number; readonly goesOn: boolean },
  ): Promise<Judged> {
    if (trustsAd && response.authentic) return SECURE;
    const wanted = new Set([...aliases, ...found]);
    const judged: Judged[] = [];
    for (const set of recordSets(response.answers)) {
      if (!set.records.some((record) => wanted.has(record))) continue;
      const made = set.type === TYPE.CNAME ? aliasOfTree(response, set.records[0]) : undefined;
      const signed = made && recordSets(response.answers).find(({ records }) => records.includes(made));
      judged.push(await securityOfSet(validation, signed ?? set, response));
    }
    if (found.length === 0 && !goesOn) judged.push(await securityOfAbsence(validation, response, end, type));
    return worstOf(judged);
  }

  return { lookup };
}

function readable(record: DnsRecord): LookedUpRecord {
  const { name, type, ttl } = record;
  return { name: spelled(name), type: typeName(type), ttl, data: readableData(record) };
}

/** The aliases of a name in an answer, in their order, and where they lead. */
function follow({ answers }: DnsResponse, name: string, type: number) {
  const aliases: DnsRecord[] = [];
  let end = name;
  while (type !== TYPE.CNAME && aliases.length <= MOST_ALIASES) {
    const alias = answers.find((one) => one.name === end && one.type === TYPE.CNAME);
    if (!alias || aliases.includes(alias)) break;
    aliases.push(alias);
    end = keyOf(readName(alias.rdata, 0).name);
  }
  return { end, aliases };
}

/** The server tells the alias and leaves what it leads to for another query. */
function isUnfinished(
  { rcode, authorities }: DnsResponse,
  aliases: readonly DnsRecord[],
  found: readonly DnsRecord[],
): boolean {
  if (aliases.length === 0 || found.length > 0 || rcode === NXDOMAIN) return false;
  return !authorities.some(({ type }) => type === TYPE.SOA);
}

/** The DNAME from which a server made an alias, which carries no signature itself (RFC 6672 §5.3.1). */
function aliasOfTree({ answers }: DnsResponse, alias: DnsRecord | undefined): DnsRecord | undefined {
  if (!alias) return undefined;
  const { name: target } = readName(alias.rdata, 0);
  return answers.find(({ name, type, rdata }) => {
    if (type !== TYPE.DNAME || name === alias.name || !isAtOrBelow(alias.name, name)) return false;
    const below = name === '' ? alias.name : alias.name.slice(0, -name.length);
    return keyOf(target) === keyOf(`${below}${readName(rdata, 0).name}`).replace(/\.$/, '');
  });
}
