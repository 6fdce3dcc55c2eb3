import { type OwnDelay, ownDelay } from '../wire/own-delay.ts';

/** How often the lab is asked, in milliseconds. */
const PERIOD = 500;
/** An answer within this time is in time, in milliseconds. */
const IN_TIME = 150;
/** Most that one beat counts, in milliseconds: a lab that never answers puts nothing off for ever. */
const MOST = 60_000;

/** Watches how late the lab answers while somebody uses it. */
export interface Pulse {
  /** Watches until the function that is returned is called. */
  watch(): () => void;
}

/**
 * A lab that answers late is kept from its work as we are; what it misses meanwhile is nothing that the target
 * failed to do. Its lateness counts as a delay of our own, less what this thread was late itself.
 * @param beat asks the lab for something that costs it nothing
 */
export function createPulse(
  beat: (signal: AbortSignal) => Promise<unknown>,
  delay: OwnDelay = ownDelay,
): Pulse {
  let watchers = 0;
  let stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let unwatch = () => {};

  function once(): void {
    const { signal } = stop;
    const asked = performance.now();
    const before = delay.total();
    let counted = 0;
    const count = () => {
      const ours = delay.total() - before - counted;
      const late = Math.min(MOST, performance.now() - asked - ours - IN_TIME);
      if (late <= counted) return;
      delay.add(late - counted);
      counted = late;
    };
    const again = (answered: boolean) => {
      clearTimeout(timer);
      if (signal.aborted) return;
      // A lab that fails is not late: whoever needs it learns that from the answer.
      if (answered) count();
      timer = setTimeout(once, PERIOD);
      timer.unref();
    };
    const meanwhile = () => {
      count();
      timer = setTimeout(meanwhile, PERIOD);
      timer.unref();
    };
    timer = setTimeout(meanwhile, PERIOD);
    timer.unref();
    beat(signal).then(
      () => again(true),
      () => again(false),
    );
  }

  return {
    watch() {
      watchers += 1;
      if (watchers === 1) {
        unwatch = delay.watch();
        stop = new AbortController();
        timer = setTimeout(once, PERIOD);
        timer.unref();
      }
      let watches = true;
      return () => {
        if (!watches) return;
        watches = false;
        watchers -= 1;
        if (watchers > 0) return;
        clearTimeout(timer);
        stop.abort();
        unwatch();
      };
    },
  };
}
