/** What one attempt drew: the words of the server, and how long they took in milliseconds. */
export interface Indication {
  readonly indication: string;
  readonly ms: number;
}

/** The words that stay the same between rounds: session identifiers and clocks become `*`. */
export function steady(seen: readonly Pick<Indication, 'indication'>[]): string {
  const [first = [], ...others] = seen.map(({ indication }) => indication.split(' '));
  if (others.some((words) => words.length !== first.length))
    return seen.map(({ indication }) => indication).join(' | ');
  return first.map((word, at) => (others.every((words) => words[at] === word) ? word : '*')).join(' ');
}

/** Median duration, in milliseconds; 0 of nothing. */
export function median(seen: readonly Pick<Indication, 'ms'>[]): number {
  const sorted = seen.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Standard deviation of the durations, in milliseconds. */
export function deviation(seen: readonly Pick<Indication, 'ms'>[]): number {
  const mean = seen.reduce((sum, { ms }) => sum + ms, 0) / seen.length;
  return Math.sqrt(seen.reduce((sum, { ms }) => sum + (ms - mean) ** 2, 0) / seen.length);
}

/** A failure that takes this long, and so many times what the first one took, was slowed down. */
const SLOWED = { ms: 500, times: 2 };

/** The times of failures of one kind, in their order, where the server makes later ones wait; undefined elsewhere. */
export function slowedDown(seen: readonly Pick<Indication, 'ms'>[]): string | undefined {
  const [first = 0, ...later] = seen.map(({ ms }) => ms);
  const isSlowed = later.some((ms) => ms - first >= SLOWED.ms && ms >= SLOWED.times * first);
  return isSlowed ? `${seen.map(({ ms }) => Math.round(ms)).join(', ')} ms` : undefined;
}
