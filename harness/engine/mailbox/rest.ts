import type { Slots } from '../slots.ts';

/** A session that nobody needs at this moment. */
export interface Rest {
  /** When it began, on the clock of `performance.now()`. */
  readonly since: number;
  /** Forgets about it. */
  end(): void;
}

/** Calls `giveUp` once when somebody wants a slot and the session has rested for `grace` milliseconds. */
export function restUntilWanted(
  slots: Pick<Slots, 'wanted' | 'onWanted'>,
  grace: number,
  giveUp: () => void,
): Rest {
  const since = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const wanted = () => {
    timer ??= setTimeout(giveUp, Math.max(0, since + grace - performance.now()));
  };
  const unlisten = slots.onWanted(wanted);
  if (slots.wanted) wanted();
  return {
    since,
    end() {
      clearTimeout(timer);
      unlisten();
    },
  };
}
