import { lookup } from 'node:dns/promises';
import { visible } from '../../evidence/visible.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
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
 * A name that is nowhere is a mistake of the declaration, not of a server.
 * @throws ConfigurationError
 */
async function assertResolves({ host }: Endpoint, place: string): Promise<void> {
  try {
    await lookup(host);
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure);
    throw new ConfigurationError(
      code === 'ENOTFOUND'
        ? `${place}: The name ${visible(host)} does not resolve: no address is known for it here.`
        : `${place}: The name ${visible(host)} could not be looked up (${visible(code)}).`,
    );
  }
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
  const resolving = new Set<string>();
  for (const role of ROLE_NAMES) {
    const given = settings.roles[role];
    if (given === undefined) continue;
    const own = typeof given === 'number' ? undefined : given.host;
    const endpoint = {
      host: own ?? settings.address,
      port: typeof given === 'number' ? given : given.port,
    };
    if (!resolving.has(endpoint.host))
      await assertResolves(endpoint, placeOf(declaration, own ? ['roles', role, 'host'] : ['address']));
    resolving.add(endpoint.host);
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
  return {
    target: settings.dns ? { ...target, claims: claimsWithDomains(target.claims, target.domain) } : target,
    lab: null,
    artefact: { address: settings.address },
    async stop() {},
  };
}
