/** The place of one check among all that a run still has to do. */
export interface Seat {
  /** Lower ones come first. */
  readonly phase: number;
  /** The check has ended. */
  leave(): void;
  /**
   * The check only waits for something that may never come, and everybody else may go on as if it had ended.
   * @returns a promise that ends once nobody in the run does anything else
   * @throws the reason of the signal when it ends the wait; the check then goes on
   */
  linger(signal: AbortSignal): Promise<void>;
}

/** Everybody who still has something to do. */
export interface Crowd {
  enter(phase: number): Seat;
  /**
   * Waits until everybody of earlier phases has left or lingers.
   * @throws the reason of the signal when it ends the wait
   */
  turnOf(phase: number, signal: AbortSignal): Promise<void>;
}

export function createCrowd(): Crowd {
  const busy = new Set<Seat>();
  const waiting = new Set<{ readonly phase: number; readonly go: () => void }>();

  function serve(): void {
    for (const one of [...waiting]) {
      if ([...busy].some(({ phase }) => phase < one.phase)) continue;
      waiting.delete(one);
      one.go();
    }
  }

  /** Waits until nobody of an earlier phase is busy. */
  async function turnOf(phase: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const turn = Promise.withResolvers<void>();
    const one = { phase, go: turn.resolve };
    const leave = () => {
      waiting.delete(one);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.add(one);
    serve();
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  return {
    turnOf,
    enter(phase) {
      let left = false;
      const seat: Seat = {
        phase,
        leave() {
          left = true;
          busy.delete(seat);
          serve();
        },
        async linger(signal) {
          busy.delete(seat);
          serve();
          try {
            await turnOf(Number.POSITIVE_INFINITY, signal);
          } finally {
            if (!left) busy.add(seat);
          }
        },
      };
      busy.add(seat);
      return seat;
    },
  };
}
