/** What a run has done of its checks on one target. */
export interface Pace {
  readonly planned: number;
  /** When each result came, in milliseconds on the clock of `now`, in their order. */
  readonly results: readonly number[];
}

/** Fewest results from which a pace can be told, and the part of the plan that they must be. */
const LEAST = { results: 20, part: 0.2 };
/** The pace is that of the last results: the first ones are quick, and checks that wait for mail end last. */
const LAST = 0.3;
/** Longer than this nobody is told a guess from so little. */
const LONGEST_MS = 6 * 3_600_000;

/**
 * How long a target takes from now, in milliseconds, at the pace of its last results; null where too little was done
 * to tell. Silence slows the pace down: the time since the last result counts.
 */
export function timeLeft({ planned, results }: Pace, now: number): number | null {
  const left = planned - results.length;
  if (planned > 0 && left <= 0) return 0;
  if (results.length < LEAST.results || results.length < planned * LEAST.part) return null;
  const last = results.slice(-Math.max(LEAST.results, Math.ceil(results.length * LAST)));
  const [first = now] = last;
  // Of n results n - 1 came after the first; the one that is awaited is the last of these.
  const estimate = ((now - first) / last.length) * left;
  return estimate > LONGEST_MS ? null : estimate;
}

/** How long a run takes from now: as long as the target that takes longest; null where one of them cannot tell. */
export function timeLeftOfAll(paces: readonly Pace[], now: number): number | null {
  const times = paces.map((pace) => timeLeft(pace, now));
  return times.length > 0 && times.every((time) => time !== null) ? Math.max(...times) : null;
}

/** Elapsed time to the second: `7 s`, `2:05 min`, `1:00:09 h`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes}:${two(seconds)} min`;
  return `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)} h`;
}

/** An estimate no finer than it is: by ten seconds up to a minute, by minutes from then on. */
export function about(ms: number): string {
  if (ms <= 10_000) return 'some seconds left';
  if (ms <= 50_000) return `about ${Math.ceil(ms / 10_000) * 10} s left`;
  return `about ${Math.max(1, Math.round(ms / 60_000))} min left`;
}
