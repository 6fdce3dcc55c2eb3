import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { describe, InputError, type Parse, parseString } from '../input/parse.ts';

/** A network such as `203.0.113.0/24` or `fd00::/64`. */
export interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

export const parseNetwork: Parse<Network> = (value, path) => {
  const text = parseString(value, path);
  const [address = '', prefix = '', ...rest] = text.split('/');
  const version = isIP(address);
  if (
    version === 0 ||
    rest.length > 0 ||
    !/^\d{1,3}$/.test(prefix) ||
    Number(prefix) > (version === 4 ? 32 : 128)
  )
    throw new InputError(path, `expected a network such as 203.0.113.0/24, got ${describe(text)}`);
  return { address, prefix: Number(prefix), family: version === 4 ? 'ipv4' : 'ipv6' };
};

/** Always allowed: it never leaves the machine (or the container). */
export const LOOPBACK: readonly Network[] = [
  { address: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '::1', prefix: 128, family: 'ipv6' },
];

export type Permission = (address: string, port: number) => boolean;

export function allowOnly(networks: readonly Network[]): Permission {
  return liesIn([...LOOPBACK, ...networks]);
}

/** Whether an address lies in one of the networks. */
export function liesIn(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The address to connect to, or null when the host has none that is allowed. A name is resolved here, so
 * that what was checked is what is connected to.
 */
export async function permittedAddress(
  host: string,
  allowed: (address: string) => boolean,
): Promise<string | null> {
  if (isIP(host) !== 0) return allowed(host) ? host : null;
  const found = await lookup(host, { all: true });
  return found.find(({ address }) => allowed(address))?.address ?? null;
}
