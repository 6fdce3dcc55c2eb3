/**
 * How long this thread was kept from running: by other work on its cores, by a stop of the process, or by work
 * of its own. A deadline that is about somebody else does not count such time.
 */
export interface OwnDelay {
  /** Milliseconds of delay that were noticed so far; they are noticed while somebody watches. */
  total(): number;
  /** Watches until the function that is returned is called. */
  watch(): () => void;
  /** Adds a delay that the loop of this thread cannot notice: of the lab, for instance. */
  add(ms: number): void;
}

/** How often the loop is looked at, in milliseconds. */
const PERIOD = 20;
/** How much later than that is no delay, in milliseconds: timers are not exact. */
const TOLERANCE = 5;

/** Measures the delays of one thread by a timer that ends with the last one who watches. */
export function createOwnDelay(): OwnDelay {
  let noticed = 0;
  let watchers = 0;
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;

  /** What passed since the loop was last seen running, beyond what is due. */
  const unseen = () => {
    const late = performance.now() - seen - PERIOD;
    return late > TOLERANCE ? late : 0;
  };
  function look(): void {
    noticed += unseen();
    seen = performance.now();
    timer = setTimeout(look, PERIOD);
    timer.unref();
  }

  return {
    // Whatever timer fires first after a stop, the stop is counted already.
    total: () => noticed + (watchers > 0 ? unseen() : 0),
    watch() {
      if (watchers === 0) {
        seen = performance.now();
        look();
      }
      watchers += 1;
      let watches = true;
      return () => {
        if (!watches) return;
        watches = false;
        watchers -= 1;
        if (watchers > 0) return;
        clearTimeout(timer);
        noticed += unseen();
      };
    },
    add(ms) {
      noticed += ms;
    },
  };
}

/** The delays of this thread. */
export const ownDelay: OwnDelay = createOwnDelay();
