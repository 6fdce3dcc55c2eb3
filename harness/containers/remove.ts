import type { Docker } from './engine.ts';
import { RUN_LABEL, TARGET_LABEL } from './labels.ts';

/** Removes the containers of a run, or of one target of it, running or not, with their volumes. */
export async function removeContainers(docker: Docker, runId: string, target?: string): Promise<void> {
  const label = labelsOf(runId, target);
  const found = await docker.listContainers({ all: true, filters: { label } });
  await Promise.all(
    found.map(({ Id }) => unlessGone(() => docker.getContainer(Id).remove({ force: true, v: true }))),
  );
}

/** Removes everything of a run, or of one target of it: containers, then networks and volumes. */
export async function removeRun(docker: Docker, runId: string, target?: string): Promise<void> {
  await removeContainers(docker, runId, target);
  const label = labelsOf(runId, target);
  const networks = await docker.listNetworks({ filters: { label } });
  const { Volumes: volumes } = await docker.listVolumes({ filters: { label } });
  await Promise.all([
    ...networks.map(({ Id }) => unlessGone(() => docker.getNetwork(Id).remove())),
    ...(volumes ?? []).map(({ Name }) => unlessGone(() => docker.getVolume(Name).remove())),
  ]);
}

function labelsOf(runId: string, target: string | undefined): string[] {
  return [`${RUN_LABEL}=${runId}`, ...(target === undefined ? [] : [`${TARGET_LABEL}=${target}`])];
}

/**
 * Removes something that somebody else may remove at the same time.
 * @returns whether it was this call that removed it
 */
export async function unlessGone(remove: () => Promise<unknown>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    // 404: gone; 409: its removal is under way.
    if (status === 404 || status === 409) return false;
    throw error;
  }
}
