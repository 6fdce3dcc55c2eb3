import type { Entry } from 'net-mocks';

/**
 * The first entry, present or yet to come, that is accepted here; null when none came within the time.
 * @param wait waits on the side of the lab for the next entry from a cursor on
 */
export async function nextEntry<T>(
  wait: (cursor: { since: number; deadlineMs: number }) => Promise<Entry<T> | null>,
  accepts: (entry: Entry<T>) => boolean,
  withinMs: number,
): Promise<Entry<T> | null> {
  const deadline = performance.now() + withinMs;
  for (let since = 1; ; ) {
    const deadlineMs = Math.max(0, Math.round(deadline - performance.now()));
    const entry = await wait({ since, deadlineMs });
    if (entry === null || accepts(entry)) return entry;
    since = entry.seq + 1;
  }
}
