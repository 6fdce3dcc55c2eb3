import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
import { isLoopback } from '../../wire/loopback-address.ts';
import { staysHere } from '../authority.ts';
import { USUAL_PACE_MS } from '../guest-fields.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';
import { openLabOf } from '../open-lab.ts';
import { claimsWithDomains, publicDnsOf } from '../public-dns.ts';
import type { HostSettings } from '../schema.ts';
import { readSecrets } from '../secrets.ts';
import { targetOf } from '../target-of.ts';
import { readTrustAnchor } from '../trust-anchor.ts';
import type { RunningTarget } from './start.ts';

/** What a host name leads to. */
interface Resolved {
  /** The first address that the endpoints are asked at. */
  readonly address: string;
  /** It has addresses of both kinds, and this machine can reach the IPv4 one. */
  readonly both: boolean;
}

/**
 * Looks a name up. One that is nowhere is a mistake of the declaration, not of a server.
 * @throws ConfigurationError
 */
async function resolved(host: string, place: string): Promise<Resolved> {
  try {
    const found = await lookup(host, { all: true });
    const [first] = found;
    const ipv4 = found.find(({ family }) => family === 4);
    const both = ipv4 !== undefined && found.some(({ family }) => family === 6) && mayReach(ipv4.address);
    return { address: (both ? ipv4 : first)?.address ?? host, both };
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
    throw new ConfigurationError(
      code === 'ENOTFOUND'
        ? `${place}: The name ${visible(host)} does not resolve: no address is known for it here.`
        : `${place}: The name ${visible(host)} could not be looked up (${visible(code)}).`,
    );
  }
}

/** Whether this machine has an IPv4 address that leads to this one. */
function mayReach(ipv4: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return isLoopback(ipv4) || own.some(({ family, internal }) => family === 'IPv4' && !internal);
}

/** The same endpoints by address: a lab in the open connects to no names. */
function endpointsAt(
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
  names: ReadonlyMap<string, Resolved>,
): Partial<Record<Role, Endpoint>> {
  const at: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const endpoint = endpoints[role];
    if (endpoint) at[role] = { ...endpoint, host: names.get(endpoint.host)?.address ?? endpoint.host };
  }
  return at;
}

/**
 * A server that runs already: taken as declared, nothing is connected to yet and nothing is stopped.
 * @throws ConfigurationError for a secret or trust anchor that is not there, and for a name that does not resolve;
 *   StartFailed where its lab in the open opens no run
 */
export async function startHost(declaration: TargetDeclaration<HostSettings>): Promise<RunningTarget> {
  const { settings } = declaration;
  const { accounts } = await readSecrets(declaration);
  const anchor = settings['trust-anchor'];
  const control = settings['port-25-control'];
  const auditedFrom = settings['audited-from'];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  const ipv6Endpoints: Partial<Record<Role, Endpoint>> = {};
  const names = new Map<string, Resolved>();
  for (const role of ROLE_NAMES) {
    const given = settings.roles[role];
    if (given === undefined) continue;
    const own = typeof given === 'number' ? undefined : given.host;
    const endpoint = {
      host: own ?? settings.address,
      port: typeof given === 'number' ? given : given.port,
    };
    const { host } = endpoint;
    const place = placeOf(declaration, own ? ['roles', role, 'host'] : ['address']);
    const name = names.get(host) ?? (await resolved(host, place));
    names.set(host, name);
    endpoints[role] = name.both ? { ...endpoint, family: 4 } : endpoint;
    if (name.both) ipv6Endpoints[role] = { ...endpoint, family: 6 };
  }
  const target = targetOf(declaration, {
    endpoints,
    ...(Object.keys(ipv6Endpoints).length > 0 ? { ipv6Endpoints } : {}),
    accounts,
    trustAnchor: anchor ? await readTrustAnchor(declaration, anchor.file) : null,
    ...(auditedFrom ? { auditedFrom } : {}),
    ...(control ? { port25Control: control } : {}),
    ...(settings.dns ? { publicDns: await publicDnsOf(declaration, settings.dns) } : {}),
    guest: {
      paceMs: settings.pace ?? (staysHere(settings) ? 0 : USUAL_PACE_MS),
      authority: settings.authority ?? null,
      contact: settings.contact ?? null,
    },
  });
  const lab = settings.lab ? await openLabOf(declaration, settings.lab, endpointsAt(endpoints, names)) : null;
  return {
    target: settings.dns ? { ...target, claims: claimsWithDomains(target.claims, target.domain) } : target,
    lab: lab?.access ?? null,
    artefact: { address: settings.address, ...(lab ? { 'zone of the lab': lab.zone } : {}) },
    async stop() {
      await lab?.close();
    },
  };
}
