import type { Inconclusive } from '../model/outcomes.ts';
import { afterOwnTime, type OwnTimer } from '../wire/deadline.ts';
import type { Budget } from './budget.ts';

/** How long a body may take to notice that its connections were closed, in milliseconds. */
const NOTICE = 5_000;

/** What was thrown; undefined where nothing was. */
export async function caught(body: () => Promise<void>): Promise<unknown> {
  try {
    await body();
    return undefined;
  } catch (thrown) {
    return thrown ?? new Error('The body threw nothing.');
  }
}

/**
 * Runs the body; when the budget or the run ends first, closes its connections and waits for it to
 * notice. A body that does not notice is left behind, so that it cannot hold up the run.
 */
export async function withinBudget(
  body: () => Promise<void>,
  budget: Budget,
  stop: AbortController,
  signal: AbortSignal,
  endedBy: () => Inconclusive | undefined,
): Promise<unknown> {
  if (signal.aborted) return endedBy();
  budget.start();
  let notice: OwnTimer | undefined;
  const unnoticed = new Promise<Error>((resolve) => {
    const leave = () =>
      resolve(
        new Error(
          `The body went on for ${NOTICE} ms after its connections were closed: ${endedBy()?.message}`,
        ),
      );
    signal.addEventListener(
      'abort',
      () => {
        notice = afterOwnTime(NOTICE, leave);
      },
      { once: true },
    );
  });
  const ending = caught(body).then((thrown) => endedBy() ?? thrown);
  try {
    return await Promise.race([ending, unnoticed]);
  } finally {
    budget.end();
    stop.abort();
    notice?.cancel();
  }
}
