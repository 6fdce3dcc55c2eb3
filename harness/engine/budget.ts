import { afterOwnTime, type OwnTimer } from '../wire/deadline.ts';
import type { OwnDelay } from '../wire/own-delay.ts';

/**
 * Time that a body may take. It stands still while the body waits for what other checks hold, and while this
 * machine does not let it run.
 */
export interface Budget {
  /** Lets the time run. */
  start(): void;
  /** Waits for something that says nothing about the target, such as an address of the lab that becomes free. */
  queueing<Got>(wait: () => Promise<Got>): Promise<Got>;
  /** No time runs any more. */
  end(): void;
}

/**
 * @param ms time that there is, in milliseconds
 * @param spent called once, when it is used up
 */
export function createBudget(ms: number, spent: () => void, delay?: OwnDelay): Budget {
  let left = ms;
  let waiting = 0;
  let timer: OwnTimer | undefined;
  let running = false;

  function run(): void {
    if (!running || waiting > 0) return;
    timer = afterOwnTime(left, spent, delay);
  }
  function halt(): void {
    if (timer === undefined) return;
    left = Math.max(0, timer.left());
    timer.cancel();
    timer = undefined;
  }

  return {
    start() {
      running = true;
      run();
    },
    async queueing(wait) {
      waiting += 1;
      halt();
      try {
        return await wait();
      } finally {
        waiting -= 1;
        run();
      }
    },
    end() {
      running = false;
      halt();
    },
  };
}
