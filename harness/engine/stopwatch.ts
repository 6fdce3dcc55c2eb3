import type { CheckTimes } from '../model/result.ts';
import { type OwnDelay, ownDelay } from '../wire/own-delay.ts';

/** What a body does with its time. */
type Doing = 'queued' | 'worked' | 'waited';

/** The time of one run of a body. */
export interface RunWatch {
  /** The first step: resources and connections are there. Returns when the first of all runs began. */
  begin(): bigint;
  /** Waits for what others hold. */
  queueing<Got>(what: string, wait: () => Promise<Got>): Promise<Got>;
  /** Waits on purpose. */
  waiting<Got>(wait: () => Promise<Got>): Promise<Got>;
  /** What the run holds alone. */
  holds(what: readonly string[]): void;
  end(): void;
}

/** The time of a check, whose runs go on side by side. */
export interface Stopwatch {
  run(): RunWatch;
  /** When the first run began; now where none did. */
  began(): bigint;
  times(): CheckTimes;
  end(): void;
}

/**
 * Tells work from waits. A check works while one of its runs does; it waits where all that go on wait, and is
 * queued where they all are. What runs wait for on purpose beside other steps counts as a wait.
 */
export function createStopwatch(delay: OwnDelay = ownDelay): Stopwatch {
  const unwatch = delay.watch();
  const spent: Record<Doing, number> = { queued: 0, worked: 0, waited: 0 };
  const queues = new Map<string, number>();
  const held = new Set<string>();
  const runs = new Set<() => Doing>();
  let first: { readonly at: bigint; readonly delay: number } | undefined;
  let since = performance.now();

  const doing = (): Doing => {
    const all = [...runs].map((run) => run());
    if (all.includes('worked')) return 'worked';
    if (all.includes('waited')) return 'waited';
    if (all.includes('queued')) return 'queued';
    return first ? 'worked' : 'queued';
  };
  /** To be called before anything changes. */
  const settle = () => {
    const now = performance.now();
    spent[doing()] += now - since;
    since = now;
  };

  return {
    run() {
      let [begun, queued, waiting] = [false, 0, 0];
      const state = (): Doing => {
        if (!begun || queued > 0) return 'queued';
        return waiting > 0 ? 'waited' : 'worked';
      };
      settle();
      runs.add(state);
      return {
        begin() {
          settle();
          begun = true;
          first ??= { at: process.hrtime.bigint(), delay: delay.total() };
          return first.at;
        },
        async queueing(what, wait) {
          settle();
          queued += 1;
          const asked = performance.now();
          try {
            return await wait();
          } finally {
            settle();
            queued -= 1;
            if (what !== '') queues.set(what, Math.max(queues.get(what) ?? 0, performance.now() - asked));
          }
        },
        async waiting(wait) {
          settle();
          waiting += 1;
          try {
            return await wait();
          } finally {
            settle();
            waiting -= 1;
          }
        },
        holds(what) {
          for (const one of what) held.add(one);
        },
        end() {
          settle();
          runs.delete(state);
        },
      };
    },
    began: () => first?.at ?? process.hrtime.bigint(),
    times() {
      settle();
      return {
        queuedMs: Math.round(spent.queued),
        workedMs: Math.round(spent.worked),
        waitedMs: Math.round(spent.waited),
        delayedMs: first ? Math.round(delay.total() - first.delay) : 0,
        // What was free at once was not queued for.
        queues: [...queues].flatMap(([what, ms]) => (ms < 1 ? [] : [{ for: what, ms: Math.round(ms) }])),
        holds: [...held].sort(),
      };
    },
    end: unwatch,
  };
}

/** What connections of a target are called, where checks queue for them. */
export const CONNECTIONS = 'connections';
/** What addresses of the lab are called, where checks queue for them. */
export const ADDRESSES = 'addresses of the lab';
/** What the greeting of a server that turned clients away is called, where checks wait to be let in. */
export const ADMISSION = 'admission by the target';
/** What the time between two logins of a user is called, where checks queue for it. */
export const LOGINS = 'logins of the account';
