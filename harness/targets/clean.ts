import { connectEngine, type Docker } from '../containers/engine.ts';
import { IMAGE_LABEL, OWNER_LABEL, ownerState, RUN_LABEL } from '../containers/labels.ts';
import { unlessGone } from '../containers/remove.ts';

/** What was removed, by name. */
export interface Removed {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: readonly string[];
}

type Labels = Readonly<Record<string, string>> | null | undefined;

/**
 * Whether something made for a run is a leftover: its process has ended. With `all`, everything that
 * carries the label of a run is; without, what another machine made, or nobody knows who, is kept.
 */
export function isLeftover(labels: Labels, all: boolean): boolean {
  if (labels?.[RUN_LABEL] === undefined) return false;
  return all || ownerState(labels[OWNER_LABEL]) === 'ended';
}

/**
 * Removes what ended runs left on the container engine: containers, networks, volumes, and images
 * that a newer build of the same target replaced.
 * @param options `all`: also what belongs to runs that are still going on, and every image ever built
 * @throws ConfigurationError when no container engine answers
 */
export async function cleanLeftovers({ all }: { readonly all: boolean }): Promise<Removed> {
  const { dockerode: docker } = (await connectEngine()).container;
  const filters = { label: [RUN_LABEL] };
  // Containers first: what they use cannot be removed before.
  const containers = await removeEach(
    (await docker.listContainers({ all: true, filters }))
      .filter(({ Labels }) => isLeftover(Labels, all))
      .map(({ Id, Names }) => ({
        name: Names[0]?.replace(/^\//, '') ?? Id,
        remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
      })),
  );
  const networks = await removeEach(
    (await docker.listNetworks({ filters }))
      .filter(({ Labels }) => isLeftover(Labels, all))
      .map(({ Id, Name }) => ({ name: Name, remove: () => docker.getNetwork(Id).remove() })),
  );
  const { Volumes: found } = await docker.listVolumes({ filters });
  const volumes = await removeEach(
    (found ?? [])
      .filter(({ Labels }) => isLeftover(Labels, all))
      .map(({ Name }) => ({ name: Name, remove: () => docker.getVolume(Name).remove() })),
  );
  return { containers, networks, volumes, images: await removeImages(docker, all) };
}

async function removeImages(docker: Docker, all: boolean): Promise<string[]> {
  const label = [`${IMAGE_LABEL}=1`];
  const images = await docker.listImages({ filters: all ? { label } : { label, dangling: ['true'] } });
  return removeEach(
    images.map(({ Id, RepoTags }) => ({
      name: RepoTags?.find((tag) => !tag.startsWith('<none>')) ?? Id,
      // An image in use, or one that others are built on, answers 409 and stays.
      remove: () => docker.getImage(Id).remove({ force: all }),
    })),
  );
}

async function removeEach(
  found: readonly { readonly name: string; readonly remove: () => Promise<unknown> }[],
): Promise<string[]> {
  const removed: string[] = [];
  for (const { name, remove } of found) if (await unlessGone(remove)) removed.push(name);
  return removed;
}
