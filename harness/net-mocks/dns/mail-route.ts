import { isIP } from 'node:net';
import type { PublishedAnswer } from './published.ts';

/** Where mail for a domain goes by what is published (RFC 5321 5.1). */
export type MailRoute =
  /** Its hosts by name, and their addresses, best first. */
  | { kind: 'hosts'; names: string[]; addresses: string[] }
  /** The domain says that it takes no mail (RFC 7505). */
  | { kind: 'null-mx' }
  /** There is no such domain, or its hosts have no address. */
  | { kind: 'nowhere' };

type LookUp = (name: string, type: 'MX' | 'A') => PublishedAnswer;

/**
 * Follows MX and address records, or the address of the domain where it has no MX.
 * @param domain a name, or an address in brackets (RFC 5321 4.1.3)
 */
export function mailRoute(lookUp: LookUp, domain: string): MailRoute {
  const literal = /^\[(.+)\]$/.exec(domain)?.[1];
  if (literal !== undefined)
    return isIP(literal) === 0 ? { kind: 'nowhere' } : { kind: 'hosts', names: [], addresses: [literal] };
  const exchangers = dataOf(lookUp, domain, 'MX').flatMap((data) => readExchanger(data) ?? []);
  if (exchangers.length === 1 && exchangers[0]?.host === '') return { kind: 'null-mx' };
  const hosts =
    exchangers.length === 0
      ? [domain]
      : exchangers.toSorted((a, b) => a.preference - b.preference).map(({ host }) => host);
  const addresses = hosts.flatMap((host) =>
    dataOf(lookUp, host, 'A').filter((data) => typeof data === 'string'),
  );
  return addresses.length === 0 ? { kind: 'nowhere' } : { kind: 'hosts', names: hosts, addresses };
}

/** A name that nobody could have published has no records. */
function dataOf(lookUp: LookUp, name: string, type: 'MX' | 'A'): unknown[] {
  if (!/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i.test(name) || name.length > 253) return [];
  return lookUp(name, type)
    .records.filter((record) => record.type === type)
    .map(({ data }) => data);
}

function readExchanger(data: unknown): { preference: number; host: string } | undefined {
  if (typeof data !== 'object' || data === null || !('exchange' in data) || !('preference' in data))
    return undefined;
  return { preference: Number(data.preference), host: String(data.exchange).replace(/\.$/, '') };
}
