import { startReferenceInLab } from '../../reference/in-lab/reference-lab.ts';
import type { TargetDeclaration } from '../load.ts';
import type { ReferenceSettings } from '../schema.ts';
import type { RunningTarget } from './start.ts';

/** Starts the reference server and its lab in this process, on loopback, with the faults declared. */
export async function startReferenceTarget(
  declaration: TargetDeclaration<ReferenceSettings>,
): Promise<RunningTarget> {
  const { name, domain, hostname, permissions, settings } = declaration;
  const { faults, without } = settings;
  const { server, access, close } = await startReferenceInLab({ faults, without, domain, hostname });
  return {
    target: {
      ...server.target,
      name,
      permissions,
      connections: settings.connections ?? server.target.connections,
    },
    lab: access,
    artefact: { faults: faults.join(', ') || 'none', without: without.join(', ') || 'nothing' },
    stop: close,
  };
}
