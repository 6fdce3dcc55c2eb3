import { enqueue, type Urgency } from './urgency.ts';

/** A budget of connections; a taker gets all it asks for at once or waits. */
export interface Slots {
  /**
   * Waits for `count` slots and returns the function that gives them back.
   * @param urgency who goes first where several wait; 0 where none is given
   * @throws the reason of the signal when it ends the wait
   */
  take(count: number, signal?: AbortSignal, urgency?: Urgency): Promise<() => void>;
  /** Slots that exist. */
  readonly total: number;
  /** Has fewer of them from now on; those that are taken stay so. More than there are changes nothing. */
  lower(total: number): void;
  /** Somebody waits. */
  readonly wanted: boolean;
  /** Has the listener called whenever somebody begins to wait, until the returned function is called. */
  onWanted(listener: () => void): () => void;
}

/** @param most slots that exist; a taker that asks for more gets all of them. */
export function createSlots(most: number): Slots {
  let total = most;
  let free = total;
  const queue: { urgency: Urgency; count: number; start: () => void }[] = [];
  const listeners = new Set<() => void>();

  function serve(): void {
    for (let next = queue[0]; next && Math.min(next.count, total) <= free; next = queue[0]) {
      queue.shift();
      free -= next.count;
      next.start();
    }
  }

  return {
    take(wanted, signal, urgency = 0) {
      const count = Math.min(wanted, total);
      return new Promise((resolve, reject) => {
        let given = true;
        const release = () => {
          if (!given) return;
          given = false;
          free += count;
          serve();
        };
        const leave = () => {
          queue.splice(queue.indexOf(taker), 1);
          reject(signal?.reason);
          serve();
        };
        const taker = {
          urgency,
          count,
          start() {
            signal?.removeEventListener('abort', leave);
            resolve(release);
          },
        };
        enqueue(queue, taker);
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave);
        serve();
        if (queue.includes(taker)) for (const listener of [...listeners]) listener();
      });
    },
    get total() {
      return total;
    },
    lower(fewer) {
      if (fewer >= total) return;
      free -= total - fewer;
      total = fewer;
    },
    get wanted() {
      return queue.length > 0;
    },
    onWanted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
