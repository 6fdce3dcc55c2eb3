import type { Docker } from '../../containers/engine.ts';
import { removeRun } from '../../containers/remove.ts';
import { stopAtExit } from '../running.ts';

/**
 * How what was made for a target goes away: by its labels, so that what is half made is found too. Removal happens
 * however this process ends, and is tried again after a failure.
 * @param halt ends a start that is under way; nothing is made any more once it settles
 */
export function removal(
  docker: Docker,
  runId: string,
  target: string,
  halt: () => Promise<void>,
): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const remove = async () => {
    await halt();
    await removeRun(docker, runId, target);
    forget();
  };
  const stop = () => {
    stopping ??= remove().catch((error: unknown) => {
      stopping = undefined;
      throw error;
    });
    return stopping;
  };
  const forget = stopAtExit({ runId, stop });
  return stop;
}
