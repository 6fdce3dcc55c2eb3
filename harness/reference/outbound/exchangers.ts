import { Resolver } from 'node:dns/promises';
import type { Endpoint } from '../../model/endpoint.ts';

/** Deadline of one DNS query, in milliseconds. */
const QUERY_MS = 1_000;

/** Looks up which hosts take mail for a domain by its MX records; closed by `cancel`. */
export function createExchangers(server: Endpoint) {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 1 });
  resolver.setServers([`${server.host}:${server.port}`]);
  return {
    /** Their names in lower case; none where the DNS gives no answer. */
    async of(domain: string): Promise<readonly string[]> {
      const found = await resolver.resolveMx(domain).catch(() => []);
      return found.map(({ exchange }) => exchange.toLowerCase());
    },
    cancel: () => resolver.cancel(),
  };
}
