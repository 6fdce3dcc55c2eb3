/** A first-come, first-served budget of connections; a taker gets all it asks for at once or waits. */
export interface Slots {
  /** Waits for `count` slots and returns the function that gives them back. */
  take(count: number): Promise<() => void>;
}

/** @param total slots that exist; a taker that asks for more gets all of them. */
export function createSlots(total: number): Slots {
  let free = total;
  const queue: { count: number; start: () => void }[] = [];

  function serve(): void {
    for (let next = queue[0]; next && next.count <= free; next = queue[0]) {
      queue.shift();
      free -= next.count;
      next.start();
    }
  }

  return {
    take(wanted) {
      const count = Math.min(wanted, total);
      return new Promise((resolve) => {
        let given = true;
        const release = () => {
          if (!given) return;
          given = false;
          free += count;
          serve();
        };
        queue.push({ count, start: () => resolve(release) });
        serve();
      });
    },
  };
}
