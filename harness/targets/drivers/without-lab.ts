import { setTimeout as pause } from 'node:timers/promises';
import { endingOf } from '../../containers/container-ending.ts';
import { endOfLog } from '../../containers/container-log.ts';
import type { Docker } from '../../containers/engine.ts';
import { StartFailed } from '../../containers/start-failed.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { type ContainerPlan, startLoopbackContainer } from './loopback-container.ts';

/** How long a container is watched that is started only to see whether it ends at once, and pause between two looks. */
const WATCHED_MS = 5_000;
const LOOK_MS = 200;

/**
 * The failure of a lab, and beside it what is wrong with the image that it was for: one of them alone would be mended,
 * and the other met after that.
 * @param look a sentence about the image, or null where nothing is wrong with it
 * @returns an error of the same kind, whose message says both
 */
export async function withImageToo(failure: unknown, look: () => Promise<string | null>): Promise<unknown> {
  const known = failure instanceof ConfigurationError || failure instanceof StartFailed;
  // What the look itself fails at is of no interest beside the failure that is told already.
  const said = known ? await look().catch(() => null) : null;
  if (!known || said === null) return failure;
  return failure instanceof ConfigurationError
    ? new ConfigurationError(failure.message, said)
    : new StartFailed(`${failure.message}\n${said}`);
}

/**
 * Starts a container outside of any lab and watches it for a few seconds. Whoever stops the target removes it.
 * @returns how it ended, with the end of its log, secrets removed; null while it runs
 */
export async function endsAtOnce(
  docker: Docker,
  plan: Omit<ContainerPlan, 'link'>,
  secrets: readonly string[],
): Promise<string | null> {
  const { created, started } = await startLoopbackContainer({ ...plan, link: undefined });
  started.catch(() => undefined);
  const id = await Promise.race([created, started.then((container) => container.getId())]);
  for (const end = performance.now() + WATCHED_MS; performance.now() < end; await pause(LOOK_MS)) {
    const how = await endingOf(docker, id);
    if (how !== null)
      return `The container does not stay up either: it ${how}.\n${await endOfLog(docker, id, secrets)}`;
  }
  return null;
}
