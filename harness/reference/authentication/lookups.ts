import { Resolver } from 'node:dns/promises';
import type { DNSResolver } from 'mailauth';
import type { Endpoint } from '../../wire/connection.ts';

/** Deadline of one DNS query, in milliseconds. */
const QUERY_MS = 1_000;

/** Look-ups at one server in the shape that mailauth asks for. */
export interface Lookups {
  readonly resolve: DNSResolver;
  /** Ends what is under way. */
  cancel(): void;
}

export function createLookups({ host, port }: Endpoint): Lookups {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 2 });
  resolver.setServers([`${host}:${port}`]);
  return {
    // The declared answers of mailauth leave out the records that it gets from node:dns for MX.
    resolve: resolver.resolve.bind(resolver) as DNSResolver,
    cancel: () => resolver.cancel(),
  };
}
