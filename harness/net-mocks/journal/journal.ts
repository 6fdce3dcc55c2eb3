/** An append-only record that can be read from a cursor and waited on without polling. */
export interface Journal<T> {
  append(entry: T): Entry<T>;
  /** Says that an entry handed out before has new content, so that waiters look at it again. */
  changed(entry: Entry<T>): void;
  since(cursor: number): Page<T>;
  /**
   * The first entry with a number of at least `since` that matches, now or later; null when the deadline
   * passes, the signal aborts or the journal closes first.
   */
  wait(matches: (entry: Entry<T>) => boolean, options: WaitOptions): Promise<Entry<T> | null>;
  clear(): void;
  close(): void;
}

/** `seq` counts from 1 and is never used twice, not even after `clear()`. */
export type Entry<T> = T & { readonly seq: number };

export interface Page<T> {
  entries: Entry<T>[];
  /** The cursor for the next call: entries from here on are not in this page. */
  next: number;
  /** How many entries after the cursor had been dropped because the journal is bounded. */
  lost: number;
}

export interface WaitOptions {
  since?: number | undefined;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

export function createJournal<T extends object>(limit = 50_000): Journal<T> {
  let entries: Entry<T>[] = [];
  let next = 1;
  let firstKept = 1;
  let closed = false;
  const waiters = new Set<{ look: (entry: Entry<T>) => void; giveUp: () => void }>();

  /** Where the entries from a cursor on begin: their numbers have no gaps. */
  const indexOf = (cursor: number): number => Math.max(0, cursor - (entries[0]?.seq ?? cursor));

  const tell = (entry: Entry<T>): void => {
    for (const waiter of [...waiters]) waiter.look(entry);
  };

  return {
    append(content) {
      const entry: Entry<T> = Object.assign(content, { seq: next });
      next += 1;
      entries.push(entry);
      if (entries.length > limit) {
        entries = entries.slice(Math.ceil(limit / 10));
        firstKept = entries[0]?.seq ?? next;
      }
      tell(entry);
      return entry;
    },
    changed: tell,
    since(cursor) {
      const from = Math.max(cursor, 1);
      return {
        entries: entries.slice(indexOf(from)),
        next,
        lost: Math.max(0, firstKept - from),
      };
    },
    wait(matches, { since = 1, deadlineMs, signal }) {
      const wanted = (entry: Entry<T>): boolean => entry.seq >= since && matches(entry);
      const present = entries.slice(indexOf(since)).find(matches);
      if (present !== undefined || closed || signal?.aborted === true)
        return Promise.resolve(present ?? null);
      return new Promise((resolve) => {
        const settle = (result: Entry<T> | null): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
          signal?.removeEventListener('abort', waiter.giveUp);
          resolve(result);
        };
        const waiter = {
          look: (entry: Entry<T>): void => {
            if (wanted(entry)) settle(entry);
          },
          giveUp: (): void => settle(null),
        };
        const timer = setTimeout(waiter.giveUp, deadlineMs);
        waiters.add(waiter);
        signal?.addEventListener('abort', waiter.giveUp);
      });
    },
    clear() {
      entries = [];
      firstKept = next;
    },
    close() {
      closed = true;
      for (const waiter of [...waiters]) waiter.giveUp();
    },
  };
}
