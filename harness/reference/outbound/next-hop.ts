import { Resolver } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import type { Endpoint } from '../../wire/connection.ts';

/** A host to which mail for a domain may be handed, under the name it has in the DNS. */
export interface NextHop {
  readonly hostname: string;
  readonly endpoint: Endpoint;
}

/** Why a message goes nowhere: now, or never. */
export class NoRoute extends Error {
  override readonly name = 'NoRoute';
  readonly permanent: boolean;
  /** Enhanced status code (RFC 3463). */
  readonly status: string;
  constructor(permanent: boolean, status: string, reason: string) {
    super(reason);
    this.permanent = permanent;
    this.status = status;
  }
}

/** Deadline of one DNS query, in milliseconds. */
const QUERY_MS = 1_000;

/** Looks up where mail for a domain goes; one per server, closed by `cancel`. */
export function createNextHops(server: Endpoint, port: number) {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 1 });
  resolver.setServers([`${server.host}:${server.port}`]);

  /** Addresses of a host; empty when it has none. */
  async function addressesOf(host: string): Promise<string[]> {
    return (await unlessAbsent(resolver.resolve4(host))) ?? [];
  }

  return {
    /**
     * The hosts for a domain, best first: by MX, else the domain itself (RFC 5321 §5.1).
     * @throws NoRoute
     */
    async of(domain: string): Promise<readonly NextHop[]> {
      const literal = /^\[(.+)\]$/.exec(domain)?.[1];
      if (literal !== undefined && isIPv4(literal)) {
        return [{ hostname: literal, endpoint: { host: literal, port } }];
      }
      const found = (await unlessAbsent(resolver.resolveMx(domain))) ?? [];
      const exchanges = found.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
      // RFC 7505 §3.
      if (exchanges.length === 1 && (exchanges[0] === '' || exchanges[0] === '.')) {
        throw new NoRoute(true, '5.1.10', `${domain} takes no mail (null MX).`);
      }
      const hops: NextHop[] = [];
      for (const hostname of exchanges.length > 0 ? exchanges : [domain]) {
        for (const host of await addressesOf(hostname)) hops.push({ hostname, endpoint: { host, port } });
      }
      if (hops.length === 0) throw new NoRoute(true, '5.4.4', `Nobody is known to take mail for ${domain}.`);
      return hops;
    },
    cancel: () => resolver.cancel(),
  };
}

/** Undefined for an authoritative no; everything else that is no answer passes. @throws NoRoute */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (failure) {
    const code: unknown = failure instanceof Error && 'code' in failure ? failure.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return undefined;
    throw new NoRoute(false, '4.4.3', `The DNS gives no answer: ${String(code)}.`);
  }
}
