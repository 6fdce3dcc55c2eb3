import { type OwnDelay, ownDelay } from './own-delay.ts';

/** The end of a time in which this thread must have been able to run. */
export interface Deadline {
  /** Milliseconds that are left; 0 or less when it is over. */
  left(): number;
  /** Nobody asks any more. */
  end(): void;
}

/** A deadline that a stop or a delay of this thread puts off by as much. */
export function deadlineIn(ms: number, delay: OwnDelay = ownDelay): Deadline {
  const unwatch = delay.watch();
  const began = performance.now();
  const before = delay.total();
  return {
    left: () => Math.min(ms, ms - (performance.now() - began) + (delay.total() - before)),
    end: unwatch,
  };
}

/** A timer on such a deadline; whoever sets it cancels it. */
export interface OwnTimer {
  /** Milliseconds that are left. */
  left(): number;
  cancel(): void;
}

/**
 * Calls `fire` when the time is over. What had arrived by then is read first: where both are there after a
 * stop, it is the input that came in time.
 */
export function afterOwnTime(ms: number, fire: () => void, delay: OwnDelay = ownDelay): OwnTimer {
  const deadline = deadlineIn(ms, delay);
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const isOver = () => {
    const left = deadline.left();
    if (left > 0) timer = setTimeout(lookOnce, Math.max(1, Math.ceil(left)));
    return left <= 0;
  };
  const lookOnce = () => {
    if (isOver()) turn = setImmediate(lookAgain);
  };
  const lookAgain = () => {
    if (!isOver()) return;
    deadline.end();
    fire();
  };
  timer = setTimeout(lookOnce, Math.max(1, Math.ceil(ms)));
  return {
    left: deadline.left,
    cancel() {
      clearTimeout(timer);
      clearImmediate(turn);
      deadline.end();
    },
  };
}

/** One turn of the loop, in which whatever has arrived is read. */
export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
