import type { Endpoint } from '../../model/endpoint.ts';
import { exchange } from '../outbound/dns/exchange.ts';
import { NOERROR, NXDOMAIN, TYPE } from '../outbound/dns/message.ts';

const LONGEST_LABEL = 63;
const LONGEST_NAME = 253;

/**
 * Addresses of a name that is in the DNS and no host name, such as the macros of SPF make (RFC 7208 §7.3);
 * node:dns does not ask for those. Undefined where it is no name at all.
 * @throws Error with the codes of node:dns: ENODATA, ENOTFOUND, ESERVFAIL, ETIMEOUT
 */
export async function addressesOf(
  server: Endpoint,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const labels = name.replace(/\.$/, '').split('.');
  if (name.length > LONGEST_NAME || labels.some(({ length }) => length === 0 || length > LONGEST_LABEL))
    return undefined;
  const response = await exchange(server, name, TYPE.A, signal);
  if (!response) throw failed(name, 'ETIMEOUT');
  if (response.rcode === NXDOMAIN) throw failed(name, 'ENOTFOUND');
  if (response.rcode !== NOERROR) throw failed(name, 'ESERVFAIL');
  const addresses = response.answers
    .filter(({ type }) => type === TYPE.A)
    .map(({ rdata }) => rdata.join('.'));
  if (addresses.length === 0) throw failed(name, 'ENODATA');
  return addresses;
}

function failed(name: string, code: string): Error {
  return Object.assign(new Error(`${code}: addresses of ${name}`), { code });
}
