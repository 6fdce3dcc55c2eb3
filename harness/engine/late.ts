import type { LateWatch } from '../check/patience.ts';
import { pause } from './pause.ts';

/** Something absent that was given up early, and a check that must be asked again since it came after all. */
export interface LateArrival {
  readonly check: string;
  /** What came, in one sentence. */
  readonly line: string;
}

/** What stays open after a check has ended, because mail that did not come may still come. */
export interface Late {
  /**
   * Takes over what a body has opened, until the whole time of each watch is over.
   * @param close closes it
   */
  keep(check: string, watches: readonly LateWatch[], close: () => Promise<void>): void;
  /** Waits until nothing is open any more, and tells what came of all that was ever kept. */
  sweep(): Promise<readonly LateArrival[]>;
}

/** @param signal fires when the run is being ended: nobody looks any more, everything is closed */
export function createLate(signal: AbortSignal): Late {
  const open = new Set<Promise<void>>();
  const arrivals: LateArrival[] = [];

  async function watch(
    check: string,
    watches: readonly LateWatch[],
    close: () => Promise<void>,
  ): Promise<void> {
    const longest = Math.max(...watches.map(({ until }) => until)) - performance.now();
    await pause(Math.max(0, longest), signal).catch(() => undefined);
    const looks = signal.aborted ? [] : await Promise.allSettled(watches.map((one) => one.look()));
    for (const seen of looks) {
      // A lab that cannot be asked any more shows nothing that came late.
      if (seen.status === 'fulfilled' && seen.value !== null) arrivals.push({ check, line: seen.value });
    }
    await close();
  }

  return {
    keep(check, watches, close) {
      const kept = watch(check, watches, close).finally(() => open.delete(kept));
      open.add(kept);
    },
    async sweep() {
      while (open.size > 0) await Promise.allSettled(open);
      return arrivals;
    },
  };
}
