/**
 * What a session needs while it is open, such as a connection slot: one of its own, or one that somebody who
 * waits for the session holds anyway and lends meanwhile. Without lending, those who wait would hold what the
 * session that they wait for waits for.
 */
export interface Permit {
  /** It is held, or lent. */
  readonly valid: boolean;
  /** It is held, whoever else comes and goes. */
  readonly own: boolean;
  /** Somebody lends theirs until the returned function is called. */
  lend(): () => void;
  /** Waits until it is valid, or was given back meanwhile; asks for one of its own after what is lent. */
  obtain(): Promise<void>;
  /** Gives back what is held, and asks for it no longer. */
  giveBack(): void;
}

/**
 * @param take waits for one of its own, and rejects when the signal fires
 * @param onLost called when the last who lent it left and none is held
 */
export function createPermit(take: (signal: AbortSignal) => Promise<() => void>, onLost: () => void): Permit {
  let lenders = 0;
  let release: (() => void) | undefined;
  let asking: AbortController | undefined;
  let wake: PromiseWithResolvers<void> | undefined;

  const isValid = () => release !== undefined || lenders > 0;
  const changed = () => {
    wake?.resolve();
    wake = undefined;
  };

  function ask(): void {
    const own = new AbortController();
    asking = own;
    take(own.signal).then(
      (given) => {
        // It may be granted in the moment in which it was no longer wanted.
        if (own.signal.aborted) return given();
        asking = undefined;
        release = given;
        changed();
      },
      () => undefined,
    );
  }

  return {
    get valid() {
      return isValid();
    },
    get own() {
      return release !== undefined;
    },
    lend() {
      lenders += 1;
      changed();
      let lent = true;
      return () => {
        if (!lent) return;
        lent = false;
        lenders -= 1;
        if (!isValid()) onLost();
      };
    },
    async obtain() {
      if (release === undefined && asking === undefined) ask();
      if (isValid()) return;
      wake ??= Promise.withResolvers();
      await wake.promise;
    },
    giveBack() {
      asking?.abort();
      asking = undefined;
      release?.();
      release = undefined;
      changed();
    },
  };
}

/**
 * A permit that is needed at times: at others it is valid without being held or lent, and nobody asks for it. Who lends
 * theirs does so for the time in which it becomes needed.
 * @param make makes the permit, with what it calls when it was lost
 */
export function whereNeeded(
  isNeeded: () => boolean,
  make: (onLost: () => void) => Permit,
  onLost: () => void,
): Permit {
  const permit = make(() => {
    if (isNeeded()) onLost();
  });
  return {
    get valid() {
      return !isNeeded() || permit.valid;
    },
    get own() {
      return !isNeeded() || permit.own;
    },
    lend: () => permit.lend(),
    obtain: async () => (isNeeded() ? permit.obtain() : undefined),
    giveBack: () => permit.giveBack(),
  };
}
