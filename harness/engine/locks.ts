/** Locks by name, for what only one run of a body may use at a time. */
export interface Locks {
  /** Waits until all names are free and returns the function that frees them again. */
  hold(names: readonly string[]): Promise<() => void>;
}

/** Whoever asks first holds first; several names are taken together, so that no two holders wait for each other. */
export function createLocks(): Locks {
  const held = new Set<string>();
  const queue: { names: readonly string[]; start: () => void }[] = [];

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
    hold(names) {
      return new Promise((resolve) => {
        let mine = true;
        const release = () => {
          if (!mine) return;
          mine = false;
          for (const name of names) held.delete(name);
          serve();
        };
        queue.push({ names, start: () => resolve(release) });
        serve();
      });
    },
  };
}
