import type { TargetDeclaration } from '../load.ts';
import type { ReferenceSettings } from '../schema.ts';
import type { RunningTarget } from './start.ts';

/** Starts the reference server in this process, on free ports of 127.0.0.1, with the faults declared. */
export async function startReferenceTarget(
  declaration: TargetDeclaration<ReferenceSettings>,
): Promise<RunningTarget> {
  const { name, domain, hostname, permissions, settings } = declaration;
  const { startReference } = await import('../../reference/server.ts');
  const { faults, without } = settings;
  const server = await startReference({ faults, without, domain, hostname });
  let closing: Promise<void> | undefined;
  return {
    target: {
      ...server.target,
      name,
      permissions,
      connections: settings.connections ?? server.target.connections,
    },
    artefact: { faults: faults.join(', ') || 'none', without: without.join(', ') || 'nothing' },
    stop() {
      closing ??= server.close();
      return closing;
    },
  };
}
