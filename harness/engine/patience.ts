import type { Patience, Place } from '../check/patience.ts';
import { pause } from './pause.ts';

/** A delivery is overdue, and what comes after a marker is late, when it takes so many times the longest of this run. */
const FACTOR = 3;
/** The least of such times, in milliseconds. */
const LEAST = 1_000;

/** The marker on its way to a place. */
interface Way {
  readonly setOut: number;
  /** Milliseconds that it took; null where it was lost. */
  readonly current: Promise<number | null>;
  /** The one after it, for who began to wait when it was on its way. */
  next: Promise<number | null> | null;
}

/** Sends a marker to a place and waits for it. */
export type SendMarker = (place: Place) => Promise<void>;

/**
 * One marker at a time goes to each place; it serves everybody who waited before it set out.
 * @param send rejects where no marker can go, or none arrives
 */
export function createPatience(send: SendMarker): Omit<Patience, 'nothingElse'> {
  let longest = 0;
  const learn = (ms: number) => {
    longest = Math.max(longest, ms);
  };
  const margin = () => Math.max(LEAST, FACTOR * longest);
  const ways = new Map<string, Way>();

  /** Milliseconds that the marker took; null where none can go. */
  async function mark(place: Place): Promise<number | null> {
    const began = performance.now();
    try {
      await send(place);
    } catch {
      return null;
    }
    const took = performance.now() - began;
    learn(took);
    return took;
  }

  /** A marker that set out after a moment: one that is on its way, or the next one. */
  function marker(place: Place, since: number): Promise<number | null> {
    const key = typeof place === 'string' ? place : place.mailboxOf.address;
    const way = ways.get(key);
    if (way && way.setOut >= since) return way.current;
    if (way) {
      way.next ??= way.current.then(() => marker(place, since));
      return way.next;
    }
    const setOut = performance.now();
    const current = mark(place).finally(() => void ways.delete(key));
    ways.set(key, { setOut, current, next: null });
    return current;
  }

  return {
    learn,
    async enough(place, signal) {
      const since = performance.now();
      await pause(margin(), signal);
      const took = await ended(marker(place, since), signal);
      if (took === null) return null;
      const rest = margin();
      await pause(rest, signal);
      return `a marker that set out later came after ${Math.round(took)} ms, and nothing more within ${Math.round(rest)} ms`;
    },
  };
}

/** A promise, or the end of the wait for it. */
async function ended<Got>(promise: Promise<Got>, signal: AbortSignal): Promise<Got> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
