import { Resolver } from 'node:dns/promises';
import type { DNSResolver } from 'mailauth';
import type { Endpoint } from '../../model/endpoint.ts';
import type { ReferenceLife } from '../options.ts';
import { addressesOf } from './odd-names.ts';

/** Deadline of one DNS query, in milliseconds. */
const QUERY_MS = 1_000;

/** Look-ups at one server in the shape that mailauth asks for. */
export interface Lookups {
  readonly resolve: DNSResolver;
  /** Ends what is under way. */
  cancel(): void;
}

/** @param says what a resolver in between makes of every name; the answers of the server where none is given */
export function createLookups(server: Endpoint, says?: ReferenceLife['resolverSays']): Lookups {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: 2 });
  resolver.setServers([`${server.host}:${server.port}`]);
  const ended = new AbortController();
  const resolve = async (name: string, type: string): Promise<unknown> => {
    if (says === 'nowhere') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    try {
      const records = await resolver.resolve(name, type);
      if (says === 'bogus') throw Object.assign(new Error('not validated'), { code: 'ESERVFAIL' });
      return records;
    } catch (failure) {
      const isOdd = failure instanceof Error && 'code' in failure && failure.code === 'EBADNAME';
      if (!isOdd || type !== 'A') throw failure;
      return (await addressesOf(server, name, ended.signal)) ?? Promise.reject(failure);
    }
  };
  return {
    // The declared answers of mailauth leave out the records that it gets from node:dns for MX.
    resolve: resolve as DNSResolver,
    cancel() {
      resolver.cancel();
      ended.abort();
    },
  };
}
