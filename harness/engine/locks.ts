import { enqueue, type Urgency } from './urgency.ts';

/** Locks by name, for what only one run of a body may use at a time. */
export interface Locks {
  /**
   * Waits until all names are free and returns the function that frees them again.
   * @param urgency who goes first where several wait; 0 where none is given
   * @throws the reason of the signal when it ends the wait
   */
  hold(names: readonly string[], signal?: AbortSignal, urgency?: Urgency): Promise<() => void>;
}

/** Of equally urgent ones whoever asks first holds first; several names are taken together, so that no two holders wait for each other. */
export function createLocks(): Locks {
  const held = new Set<string>();
  const queue: { urgency: Urgency; names: readonly string[]; start: () => void }[] = [];

  function serve(): void {
    /** Names that somebody further ahead waits for. */
    const awaited = new Set<string>();
    for (const waiting of [...queue]) {
      if (waiting.names.some((name) => held.has(name) || awaited.has(name))) {
        for (const name of waiting.names) awaited.add(name);
        continue;
      }
      queue.splice(queue.indexOf(waiting), 1);
      for (const name of waiting.names) held.add(name);
      waiting.start();
    }
  }

  return {
    hold(names, signal, urgency = 0) {
      return new Promise((resolve, reject) => {
        let mine = true;
        const release = () => {
          if (!mine) return;
          mine = false;
          for (const name of names) held.delete(name);
          serve();
        };
        const waiting = {
          urgency,
          names,
          start() {
            signal?.removeEventListener('abort', leave);
            resolve(release);
          },
        };
        const leave = () => {
          const at = queue.indexOf(waiting);
          if (at >= 0) queue.splice(at, 1);
          reject(signal?.reason);
          serve();
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave, { once: true });
        enqueue(queue, waiting);
        serve();
      });
    },
  };
}
