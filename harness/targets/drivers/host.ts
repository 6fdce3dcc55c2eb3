import { lookup } from 'node:dns/promises';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
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

/**
 * A name that is nowhere is a mistake of the declaration, not of a server.
 * @throws ConfigurationError
 */
async function addressOf({ host }: Endpoint, place: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
    throw new ConfigurationError(
      code === 'ENOTFOUND'
        ? `${place}: The name ${visible(host)} does not resolve: no address is known for it here.`
        : `${place}: The name ${visible(host)} could not be looked up (${visible(code)}).`,
    );
  }
}

/** The same endpoints by address: a lab in the open connects to no names. */
function endpointsAt(
  endpoints: Readonly<Partial<Record<Role, Endpoint>>>,
  addresses: ReadonlyMap<string, string>,
): Partial<Record<Role, Endpoint>> {
  const at: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const endpoint = endpoints[role];
    if (endpoint) at[role] = { ...endpoint, host: addresses.get(endpoint.host) ?? endpoint.host };
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
  const addresses = new Map<string, string>();
  for (const role of ROLE_NAMES) {
    const given = settings.roles[role];
    if (given === undefined) continue;
    const own = typeof given === 'number' ? undefined : given.host;
    const endpoint = {
      host: own ?? settings.address,
      port: typeof given === 'number' ? given : given.port,
    };
    if (!addresses.has(endpoint.host)) {
      const place = placeOf(declaration, own ? ['roles', role, 'host'] : ['address']);
      addresses.set(endpoint.host, await addressOf(endpoint, place));
    }
    endpoints[role] = endpoint;
  }
  const target = targetOf(declaration, {
    endpoints,
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
  const lab = settings.lab
    ? await openLabOf(declaration, settings.lab, endpointsAt(endpoints, addresses))
    : null;
  return {
    target: settings.dns ? { ...target, claims: claimsWithDomains(target.claims, target.domain) } : target,
    lab: lab?.access ?? null,
    artefact: { address: settings.address, ...(lab ? { 'zone of the lab': lab.zone } : {}) },
    async stop() {
      await lab?.close();
    },
  };
}
