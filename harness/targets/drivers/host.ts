import type { Endpoint } from '../../model/endpoint.ts';
import { ROLE_NAMES, type Role } from '../../model/roles.ts';
import type { TargetDeclaration } from '../load.ts';
import type { HostSettings } from '../schema.ts';
import { readSecrets } from '../secrets.ts';
import { targetOf } from '../target-of.ts';
import { readTrustAnchor } from '../trust-anchor.ts';
import type { RunningTarget } from './start.ts';

/**
 * A server that runs already: taken as declared, nothing is connected to yet and nothing is stopped.
 * @throws ConfigurationError for a secret or trust anchor that is not there
 */
export async function startHost(declaration: TargetDeclaration<HostSettings>): Promise<RunningTarget> {
  const { settings } = declaration;
  const { accounts } = await readSecrets(declaration);
  const anchor = settings['trust-anchor'];
  const control = settings['port-25-control'];
  const endpoints: Partial<Record<Role, Endpoint>> = {};
  for (const role of ROLE_NAMES) {
    const given = settings.roles[role];
    if (given === undefined) continue;
    endpoints[role] =
      typeof given === 'number'
        ? { host: settings.address, port: given }
        : { host: given.host ?? settings.address, port: given.port };
  }
  return {
    target: targetOf(declaration, {
      endpoints,
      accounts,
      trustAnchor: anchor ? await readTrustAnchor(declaration, anchor.file) : null,
      ...(control ? { port25Control: control } : {}),
    }),
    lab: null,
    artefact: { address: settings.address },
    async stop() {},
  };
}
