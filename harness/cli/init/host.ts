import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLES } from '../../model/roles.ts';
import { isLoopback } from '../../wire/loopback-address.ts';
import { type Look, lookAt, MAIL_PORTS, roleOfPort } from './look.ts';
import { greetedName, suggestedNames, targetNameFor } from './names.ts';
import { rolesOf } from './roles.ts';
import type { Draft } from './written.ts';

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
  }: {
    readonly signal: AbortSignal;
    readonly endpointOf?: (port: number, host: string) => Endpoint;
    readonly withinMs?: number;
  },
): Promise<readonly Look[]> {
  const host = await resolved(address);
  return Promise.all(
    MAIL_PORTS.map((port) => {
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

/** What is known of a host by its greetings. */
export function draftOfHost(address: string, looks: readonly Look[]): Draft {
  const greeted = greetedName(looks);
  const byGreeting = suggestedNames(greeted?.name ?? null);
  const byAddress = suggestedNames(address);
  const name = byGreeting.hostName ?? byAddress.hostName;
  const domain = byGreeting.mailDomain ?? byAddress.mailDomain;
  const from =
    byGreeting.hostName === null ? 'By the name of the host' : `By the greeting of port ${greeted?.port}`;
  return {
    by: `mailspec init --host ${visible(address)}`,
    name: targetNameFor(address),
    settings: { driver: 'host', address },
    hostName: { value: name, from: name === null ? 'No greeting has it.' : from },
    mailDomain: {
      value: domain,
      from:
        domain === null ? 'No greeting suggests it.' : `${from}; correct it where addresses end otherwise`,
    },
    ...rolesOf(looks),
    isDisposable: false,
    remarks: [
      'The server is a real one: without "permissions", checks only read. "permissions: [safe, sends-mail]" lets them hand over mail too.',
      ...blockedPort25(address, looks),
      'Tried were one connection to each of the seven ports, the greeting and QUIT or LOGOUT; logins, recipients and certificates were not.',
    ],
  };
}

/** From inside, a network that blocks port 25 looks like a closed port of the server. */
function blockedPort25(address: string, looks: readonly Look[]): string[] {
  if (isLoopback(address)) return [];
  const at25 = looks.find(({ port }) => port === ROLES.mx.port);
  if (!at25 || at25.greeting) return [];
  return [
    'Many networks block port 25 on its way out, so the server may have an mx all the same: "port-25-control" names a server of yours that is known to answer there.',
  ];
}
