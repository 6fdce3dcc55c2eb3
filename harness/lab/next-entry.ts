import type { Entry } from 'net-mocks';
import { deadlineIn } from '../wire/deadline.ts';

/**
 * The first entry, present or yet to come, that is accepted here; null when none came within the time, less
 * the delays of our own.
 * @param wait waits on the side of the lab for the next entry from a cursor on; null is its deadline
 * @param isEnough whether nothing is waited for any more, asked where none came
 */
export async function nextEntry<T>(
  wait: (cursor: { since: number; deadlineMs: number }) => Promise<Entry<T> | null>,
  accepts: (entry: Entry<T>) => boolean,
  withinMs: number,
  isEnough: () => boolean = () => false,
): Promise<Entry<T> | null> {
  const deadline = deadlineIn(withinMs);
  try {
    for (let since = 1; ; ) {
      const deadlineMs = Math.max(0, Math.round(deadline.left()));
      const entry = await wait({ since, deadlineMs });
      if (entry !== null && accepts(entry)) return entry;
      if (entry !== null) since = entry.seq + 1;
      else if (deadline.left() <= 1 || isEnough()) return null;
    }
  } finally {
    deadline.end();
  }
}
