import { isIP } from 'node:net';
import { printable, visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLES, type Role } from '../../model/roles.ts';
import { authorised, type Statement } from '../../targets/authority.ts';
import type { TargetDeclaration } from '../../targets/load.ts';
import { lookAtHost } from '../look/host.ts';
import { type Look, lookAt } from '../look/look.ts';
import { lookLine } from '../look/look-line.ts';
import { greetedName, suggestedNames } from '../look/names.ts';
import { rolesOf } from '../look/roles.ts';
import type { Ask } from './consent.ts';
import { discover, guessesFor } from './discover.ts';
import type { LookUps } from './look-ups.ts';
import { declaredOf, type FoundServer, type Wanted } from './targets.ts';
import { whatIsDone } from './what-is-done.ts';

/** Which servers are looked for, and what is said about them. */
export interface Sought {
  readonly server: { readonly host: string } | { readonly domain: string };
  /** The domain after the @ of its addresses; else the one that names suggest. */
  readonly mailDomain?: string;
  readonly wanted: Wanted;
  readonly statement: Statement;
  /** A name server was named, so that connections go to the addresses that it gives. */
  readonly isResolverNamed: boolean;
}

/** What finding needs of the world. */
export interface World {
  readonly lookUps: LookUps;
  readonly ask: Ask;
  /** Prints a line; texts of servers in it are printable. */
  print(line: string): void;
  readonly signal: AbortSignal;
  /** Where a port of a server is reached; the port itself where it is left out. */
  readonly endpointOf?: (port: number, host: string) => Endpoint;
}

/** A server may take its time; in milliseconds for each wait. */
const WITHIN = 20_000;

/**
 * Finds servers that no file declares, says what would be done, and asks.
 * @returns the targets, or null where nothing answers or nobody said yes
 * @throws ConfigurationError for a name that is nowhere, and for a permission that nobody gave; nothing is connected to then
 */
export async function findTargets(
  sought: Sought,
  world: World,
): Promise<readonly TargetDeclaration[] | null> {
  const { server } = sought;
  const servers =
    'host' in server
      ? await atHost(server.host, sought, world)
      : await ofDomain(server.domain, sought, world);
  if (servers.length === 0) {
    world.print('Nothing was found that could be audited.');
    return null;
  }
  const targets = declaredOf(servers, sought.wanted);
  for (const line of whatIsDone(authorised(targets, sought.statement))) world.print(line);
  if (await world.ask('Audit this?')) return targets;
  world.print('Nothing is audited.');
  return null;
}

async function atHost(host: string, sought: Sought, world: World): Promise<readonly FoundServer[]> {
  const { signal, print } = world;
  assertPermitted([host], sought);
  const address = await addressOf(host, world.lookUps);
  if (address === null)
    throw new ConfigurationError(
      `--host ${visible(host)}: The name does not resolve, so nothing was connected to.`,
    );
  const looks = await lookAtHost(host, { signal, resolve: async () => address, ...endpoints(world) });
  print(`${visible(host)}${address === host ? '' : ` (${address})`}`);
  for (const look of looks) print(lookLine(look));
  const { roles, left } = rolesOf(looks);
  for (const sentence of left.filter((one) => !one.startsWith('Nothing greets')))
    print(`  ${printable(sentence)}`);
  if (roles.length === 0) return [];
  const greeted = suggestedNames(greetedName(looks)?.name ?? null);
  const own = suggestedNames(host);
  const mailDomain = sought.mailDomain ?? own.mailDomain ?? greeted.mailDomain;
  if (mailDomain === null)
    throw new ConfigurationError(
      `--host ${visible(host)}: Nothing says in which domain its addresses are; --mail-domain says it.`,
    );
  // What the user calls it is what its certificate must carry; an address is no such name.
  const name = isIP(host) === 0 ? host : greeted.hostName;
  return [
    {
      name: name ?? host,
      address: sought.isResolverNamed ? address : host,
      roles,
      mailDomain,
      hasHostName: name !== null,
    },
  ];
}

async function ofDomain(domain: string, sought: Sought, world: World): Promise<readonly FoundServer[]> {
  const { print, ask, lookUps } = world;
  const found = await discover(domain, lookUps);
  for (const sentence of found.said) print(printable(sentence));
  assertPermitted(
    found.places.map(({ name }) => name),
    sought,
  );
  const servers: FoundServer[] = [];
  const take = (name: string, address: string, roles: FoundServer['roles']) =>
    servers.push({
      name,
      address: sought.isResolverNamed ? address : name,
      roles,
      mailDomain: sought.mailDomain ?? domain,
      hasHostName: true,
    });
  for (const { name, roles } of found.places) {
    const address = await addressOf(name, lookUps);
    if (address === null) {
      print(`${visible(name)} has no address, so it is left out.`);
      continue;
    }
    print(`${visible(name)} (${address})`);
    for (const look of await looksAt(name, address, roles, world)) print(lookLine(look));
    // What a domain publishes is asked, whether it answers now or not: silence is no excuse.
    take(name, address, roles);
  }
  const saysNothing = found.places.every(({ roles }) => roles.every(({ role }) => role === 'mx'));
  if (!saysNothing || found.unknown.length === 0) return servers;
  const guesses = guessesFor(domain);
  print(`No SRV record of ${visible(domain)} says where its users go (RFC 6186).`);
  if (!(await ask(`Look at ${guesses.map(visible).join(', ')}?`))) return servers;
  assertPermitted(guesses, sought);
  const left = new Set<Role>(found.unknown);
  for (const name of guesses) {
    const address = left.size === 0 ? null : await addressOf(name, lookUps);
    if (address === null) continue;
    const ports = [...left].map((role) => ROLES[role].port);
    const { signal } = world;
    const looks = await lookAtHost(name, {
      signal,
      ports,
      resolve: async () => address,
      ...endpoints(world),
    });
    print(`${visible(name)} (${address})`);
    for (const look of looks) print(lookLine(look));
    const roles = rolesOf(looks).roles.filter(({ role }) => left.has(role));
    for (const { role } of roles) left.delete(role);
    merge(servers, name, roles, () => take(name, address, roles));
  }
  return servers;
}

/** A name that was found before is one target, with what is served there besides. */
function merge(servers: FoundServer[], name: string, roles: FoundServer['roles'], add: () => void): void {
  if (roles.length === 0) return;
  const at = servers.findIndex((one) => one.name.toLowerCase() === name.toLowerCase());
  const known = servers[at];
  if (known) servers[at] = { ...known, roles: [...known.roles, ...roles] };
  else add();
}

/** What is permitted must be allowed before the first connection. */
function assertPermitted(names: readonly string[], { wanted, statement }: Sought): void {
  const servers = names.map((name) => ({
    name,
    address: name,
    roles: [{ role: 'mx' as const, port: ROLES.mx.port }],
    mailDomain: 'example.org',
    hasHostName: false,
  }));
  if (servers.length > 0) authorised(declaredOf(servers, wanted), statement);
}

async function looksAt(
  serverName: string,
  host: string,
  roles: FoundServer['roles'],
  { signal, endpointOf = (port) => ({ host, port }) }: World,
): Promise<readonly Look[]> {
  return Promise.all(
    roles.map(({ role, port }) =>
      lookAt(endpointOf(port, host), { port, tls: ROLES[role].tls, serverName, withinMs: WITHIN, signal }),
    ),
  );
}

/** @throws ConfigurationError where the DNS cannot tell */
async function addressOf(name: string, { addresses }: LookUps): Promise<string | null> {
  if (isIP(name) !== 0) return name;
  if (!/^[^\s/]+$/.test(name))
    throw new ConfigurationError(`${visible(name)} is neither a host name nor an IP address.`);
  const looked = await addresses(name);
  if (looked.kind === 'failed')
    throw new ConfigurationError(`${visible(name)} could not be looked up (${looked.code}).`);
  return looked.kind === 'found' ? (looked.records[0] ?? null) : null;
}

function endpoints({ endpointOf }: World): Pick<World, 'endpointOf'> {
  return endpointOf ? { endpointOf } : {};
}
