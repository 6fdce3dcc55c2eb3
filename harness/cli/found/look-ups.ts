import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import {
  type Looked as Answered,
  createPublicResolver,
  type PublicResolver,
} from '../../public-dns/lookup.ts';
import { ROOT_ANCHORS } from '../../public-dns/root-anchors.ts';
import { resolverAt, resolversOfSystem } from '../../targets/public-dns.ts';
import { isLoopback } from '../../wire/loopback-address.ts';

/** What a name server said: records, or that there are none, or that it cannot tell. */
export type Looked<Found> =
  | { readonly kind: 'found'; readonly records: readonly Found[] }
  /** `exists`: the name is there, with other records. */
  | { readonly kind: 'none'; readonly exists: boolean }
  /** As `SERVFAIL`, `TIMEOUT`; nothing follows from it about the records. */
  | { readonly kind: 'failed'; readonly code: string };

/** An MX record (RFC 5321 §5.1); an empty exchange is the null MX (RFC 7505). */
export interface Exchange {
  readonly exchange: string;
  readonly preference: number;
}

/** An SRV record (RFC 2782); an empty target says that the service is not offered. */
export interface Service {
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What is asked of the DNS to find the servers of a domain. */
export interface LookUps {
  mx(name: string): Promise<Looked<Exchange>>;
  srv(name: string): Promise<Looked<Service>>;
  /** IPv4 and IPv6 addresses, best first. */
  addresses(name: string): Promise<Looked<string>>;
}

/**
 * Look-ups by the resolver of the system, or by one that is named, as checks of a host with `dns:` make them: an answer
 * that should be signed and does not validate leads nowhere.
 * @param resolver `ADDRESS` or `ADDRESS:PORT`, IPv6 in brackets where a port follows; null: that of the system
 * @throws ConfigurationError for what is no address, and where the system names no resolver
 */
export function lookUpsBy(resolver: string | null, signal: AbortSignal): LookUps {
  const servers = serversBy(resolver);
  const trustsAd = servers.every(({ host }) => isLoopback(host));
  const dns = createPublicResolver({ servers, trustsAd, rootAnchors: ROOT_ANCHORS }, { signal });
  return lookUpsIn(dns, resolver === null ? ofSystem : null);
}

/**
 * Look-ups by a resolver.
 * @param ownAddresses where addresses come from instead: the system knows names that are in no DNS, such as those of its
 *   hosts file; null: the resolver
 */
export function lookUpsIn(dns: PublicResolver, ownAddresses: LookUps['addresses'] | null): LookUps {
  const records = async (name: string, type: string) => recordsIn(await dns.lookup(name, type), type);
  return {
    mx: async (name) => mapped(await records(name, 'MX'), exchangeSchema),
    srv: async (name) => mapped(await records(name, 'SRV'), serviceSchema),
    addresses: async (name) => {
      if (ownAddresses) return ownAddresses(name);
      const found = [await records(name, 'A'), await records(name, 'AAAA')] as const;
      return bothFamilies(mapped(found[0], addressSchema), mapped(found[1], addressSchema));
    },
  };
}

function serversBy(resolver: string | null): readonly Endpoint[] {
  if (resolver !== null) {
    const named = resolverAt(resolver);
    if (named) return [named];
    throw new ConfigurationError(
      `--resolver takes the address of a name server, with a port or without, such as 192.0.2.53 or [2001:db8::53]:53, not ${visible(resolver)}.`,
    );
  }
  const servers = resolversOfSystem();
  if (servers.length > 0) return servers;
  throw new ConfigurationError('This machine names no resolver; --resolver names one by its address.');
}

const name = z.string().transform((text) => text.replace(/\.$/, ''));
const exchangeSchema = z.object({ exchange: name, preference: z.int() });
const serviceSchema = z.object({ target: name, port: z.int(), priority: z.int(), weight: z.int() });
const addressSchema = z.string();

/** What was looked up, without the aliases in front. */
function recordsIn(looked: Answered, type: string): Looked<unknown> {
  if (looked.kind === 'failed') return { kind: 'failed', code: looked.failure.toUpperCase() };
  if (looked.dnssec === 'bogus') return { kind: 'failed', code: `does not validate: ${visible(looked.why)}` };
  const records = looked.records.filter((record) => record.type === type).map(({ data }) => data);
  return records.length > 0
    ? { kind: 'found', records }
    : { kind: 'none', exists: looked.rcode !== 'NXDOMAIN' };
}

/** The records as they are read; one that cannot be read is no answer. */
function mapped<Found>(looked: Looked<unknown>, schema: z.ZodType<Found>): Looked<Found> {
  if (looked.kind !== 'found') return looked;
  const read = z.array(schema).safeParse(looked.records);
  return read.success ? { kind: 'found', records: read.data } : { kind: 'failed', code: 'unreadable' };
}

function bothFamilies(four: Looked<string>, six: Looked<string>): Looked<string> {
  const records = [four, six].flatMap((one) => (one.kind === 'found' ? one.records : []));
  if (records.length > 0) return { kind: 'found', records };
  return four.kind === 'failed' ? four : six;
}

async function ofSystem(host: string): Promise<Looked<string>> {
  try {
    return { kind: 'found', records: (await lookup(host, { all: true })).map(({ address }) => address) };
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';
    return code === NO_NAME
      ? { kind: 'none', exists: false }
      : { kind: 'failed', code: visible(code.replace(/^E/, '')) };
  }
}

/** What node:dns says where the system knows no address. */
const NO_NAME = 'ENOTFOUND';
