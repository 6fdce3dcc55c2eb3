import type { LateWatch } from '../check/patience.ts';

/** Something absent that was given up early, and a check that must be asked again since it came after all. */
export interface LateArrival {
  readonly check: string;
  /** What came, in one sentence. */
  readonly line: string;
}

/** What stays open after a check has ended, because mail that did not come may still come. */
export interface Late {
  /**
   * Takes over what a body has opened.
   * @param close closes it
   */
  keep(check: string, watches: readonly LateWatch[], close: () => Promise<void>): void;
  /** Looks at everything that is still open, closes it, and tells what came of all that was ever kept. */
  sweep(): Promise<readonly LateArrival[]>;
}

/** @param signal fires when the run is being ended: nobody looks any more, everything is closed */
export function createLate(signal: AbortSignal): Late {
  const open = new Set<() => Promise<void>>();
  const arrivals: LateArrival[] = [];

  return {
    keep(check, watches, close) {
      let ending: Promise<void> | undefined;
      const end = () => {
        ending ??= finish();
        return ending;
      };
      const longest = Math.max(...watches.map(({ until }) => until)) - performance.now();
      const timer = setTimeout(() => void end(), Math.max(0, longest));
      const finish = async () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        const lines = signal.aborted ? [] : await Promise.allSettled(watches.map((watch) => watch.look()));
        for (const seen of lines) {
          // A lab that cannot be asked any more shows nothing that came late.
          if (seen.status === 'fulfilled' && seen.value !== null) arrivals.push({ check, line: seen.value });
        }
        await close();
        open.delete(end);
      };
      const onAbort = () => void end();
      signal.addEventListener('abort', onAbort, { once: true });
      open.add(end);
    },
    async sweep() {
      await Promise.all([...open].map((end) => end()));
      return arrivals;
    },
  };
}
