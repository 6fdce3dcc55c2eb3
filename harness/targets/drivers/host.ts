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
import { claimsWithDomains, publicDnsOf } from '../public-dns.ts';
import type { HostSettings } from '../schema.ts';
import { readSecrets } from '../secrets.ts';
import { targetOf } from '../target-of.ts';
import { readTrustAnchor } from '../trust-anchor.ts';
import type { RunningTarget } from './start.ts';

/**
 * Looks whether a name has addresses of both kinds, the first of which this machine can reach. A name that is nowhere is
 * a mistake of the declaration, not of a server.
 * @throws ConfigurationError
 */
async function hasBothFamilies(host: string, place: string): Promise<boolean> {
  try {
    const found = await lookup(host, { all: true });
    const [ipv4] = found.filter(({ family }) => family === 4);
    return ipv4 !== undefined && found.some(({ family }) => family === 6) && mayReach(ipv4.address);
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

/**
 * A server that runs already: taken as declared, nothing is connected to yet and nothing is stopped.
 * @throws ConfigurationError for a secret or trust anchor that is not there, and for a name that does not resolve
 */
export async function startHost(declaration: TargetDeclaration<HostSettings>): Promise<RunningTarget> {
  const { settings } = declaration;
  const { accounts } = await readSecrets(declaration);
  const anchor = settings['trust-anchor'];
  const control = settings['port-25-control'];
  const auditedFrom = settings['audited-from'];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  const ipv6Endpoints: Partial<Record<Role, Endpoint>> = {};
  const ofBoth = new Map<string, boolean>();
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
    const both = ofBoth.get(host) ?? (await hasBothFamilies(host, place));
    ofBoth.set(host, both);
    endpoints[role] = both ? { ...endpoint, family: 4 } : endpoint;
    if (both) ipv6Endpoints[role] = { ...endpoint, family: 6 };
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
  return {
    target: settings.dns ? { ...target, claims: claimsWithDomains(target.claims, target.domain) } : target,
    lab: null,
    artefact: { address: settings.address },
    async stop() {},
  };
}
