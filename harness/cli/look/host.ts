import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLES } from '../../model/roles.ts';
import { type Look, lookAt, MAIL_PORTS, roleOfPort } from './look.ts';

/** A server may take its time, but who waits at seven ports wants to know it some day; in milliseconds. */
const WITHIN = 20_000;

/**
 * Looks at a server that runs already: one connection to each of the seven ports, its greeting, and QUIT or LOGOUT.
 * @param address name or address as the user gave it
 * @param endpointOf where a port of the server is reached; the port of the address itself where it is left out
 * @throws ConfigurationError when the name does not resolve: nothing is connected to then
 */
export async function lookAtHost(
  address: string,
  {
    signal,
    endpointOf = (port, host) => ({ host, port }),
    withinMs = WITHIN,
    ports = MAIL_PORTS,
    resolve = resolved,
  }: {
    readonly signal: AbortSignal;
    readonly endpointOf?: (port: number, host: string) => Endpoint;
    readonly withinMs?: number;
    /** Which of the ports are looked at; all of them where none are named. */
    readonly ports?: readonly number[];
    /** How the name is resolved; by the system where nothing is said. */
    readonly resolve?: (name: string) => Promise<string>;
  },
): Promise<readonly Look[]> {
  const host = await resolve(address);
  return Promise.all(
    ports.map((port) => {
      const role = roleOfPort(port);
      const tls = role === undefined ? 'upgrade' : ROLES[role].tls;
      return lookAt(endpointOf(port, host), { port, tls, serverName: address, withinMs, signal });
    }),
  );
}

async function resolved(address: string): Promise<string> {
  if (isIP(address) !== 0) return address;
  if (!/^[^\s/]+$/.test(address))
    throw new ConfigurationError(
      `--host ${visible(address)}: This is neither a host name nor an IP address.`,
    );
  try {
    return (await lookup(address)).address;
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';
    throw new ConfigurationError(
      `--host ${visible(address)}: The name does not resolve (${code}), so nothing was connected to.`,
    );
  }
}
