import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENDING_SIGNALS, othersHandle } from '../containers/signals.ts';

/** Something that outlives this process unless it is stopped. */
export interface Outliving {
  readonly runId: string;
  stop(): Promise<void>;
}

const REMOVE_RUN = fileURLToPath(
  new URL(`../containers/remove-run${extname(import.meta.url)}`, import.meta.url),
);
/** Time that the removal in the last moment of this process may take, in milliseconds. */
const LAST_MOMENT = 30_000;

const outliving = new Set<Outliving>();
let watching = false;

/**
 * Sees to it that something is stopped however this process ends: in order, by an exception that
 * nobody caught, by `process.exit`, or by a signal. Only SIGKILL is left to `mailspec clean`.
 * @returns to be called once it is gone
 */
export function stopAtExit(one: Outliving): () => void {
  outliving.add(one);
  watch();
  return () => outliving.delete(one);
}

/** Stops everything that still runs; what cannot be stopped is tried again when the process exits. */
export async function stopAll(): Promise<void> {
  await Promise.allSettled([...outliving].map((one) => one.stop()));
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', removeSynchronously);
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
}

/** Whoever else listens for a signal ends the process in its own way; this is for when nobody does. */
function onSignal(signal: NodeJS.Signals): void {
  if (othersHandle(signal, onSignal)) return;
  void stopAll().finally(() => {
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  });
}

/** In an `exit` handler nothing asynchronous happens any more, so another process does it. */
function removeSynchronously(): void {
  const runIds = [...new Set([...outliving].map(({ runId }) => runId))];
  if (runIds.length === 0) return;
  spawnSync(process.execPath, [REMOVE_RUN, ...runIds], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: LAST_MOMENT,
  });
}
