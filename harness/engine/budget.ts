/** Time that a body may take. It stands still while the body waits for what other checks hold. */
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
export function createBudget(ms: number, spent: () => void): Budget {
  let left = ms;
  let since = 0;
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  function run(): void {
    if (!running || waiting > 0) return;
    since = performance.now();
    timer = setTimeout(spent, left);
  }
  function halt(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    left = Math.max(0, left - (performance.now() - since));
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
