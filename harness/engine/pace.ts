import { pause } from './pause.ts';

/** How often connections begin at a target that is a guest's host. */
export interface Pace {
  /**
   * Waits until the next connection may begin. Who asks first is let in first.
   * @throws the reason of the signal when it ends the wait
   */
  admit(signal: AbortSignal): Promise<void>;
  /** Goes half as fast from now on; the target turned clients away. */
  slower(): void;
  /** Connections that begin in a minute at most; null without a limit. */
  readonly perMinute: number | null;
}

/** What a pace needs of the world. */
export interface PaceClock {
  /** Milliseconds that only go up. */
  now(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** So many times slower than declared at most. */
const SLOWEST = 8;

/** @param everyMs least time between the beginnings of two connections; 0 for no limit */
export function createPace(
  everyMs: number,
  clock: PaceClock = { now: () => performance.now(), pause },
): Pace {
  let interval = everyMs;
  let next = Number.NEGATIVE_INFINITY;
  return {
    async admit(signal) {
      if (interval === 0) return;
      signal.throwIfAborted();
      const now = clock.now();
      const turn = Math.max(now, next);
      next = turn + interval;
      if (turn > now) await clock.pause(turn - now, signal);
    },
    slower() {
      interval = Math.min(SLOWEST * everyMs, 2 * interval);
    },
    get perMinute() {
      return interval === 0 ? null : Math.max(1, Math.round(60_000 / interval));
    },
  };
}
