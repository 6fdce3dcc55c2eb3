import type { MailAwaited } from '../../check/mail-watch.ts';
import type { LateWatch } from '../../check/patience.ts';
import type { Bench } from '../bench.ts';
import type { BodyWaiter } from './mailboxes.ts';
import type { Arrival } from './memory.ts';

/** What a wait came to. */
export interface Waited {
  readonly arrival: Arrival | null;
  /** Why nothing is waited for any longer, where patience gave it up; null where the clock did, or it came. */
  readonly given: string | null;
  /** Looks again for what was given up; null where nothing was. */
  readonly watch: LateWatch | null;
}

/** Waits for a message in a mailbox, until patience gives it up where no time is named. */
export async function awaitedPatiently(
  bench: Bench,
  wanted: MailAwaited,
  who: string,
  waiter: BodyWaiter,
): Promise<Waited> {
  const { patience, mailboxes } = bench;
  const { account, token, withinMs } = wanted;
  const began = performance.now();
  const enough = new AbortController();
  let given: string | null = null;
  const patient = wanted.isPatient
    ? patience.enough({ mailboxOf: account }, AbortSignal.any([waiter.signal, enough.signal])).then(
        (line) => {
          given = line;
          if (line !== null) enough.abort();
        },
        // The wait ended first.
        () => undefined,
      )
    : Promise.resolve();
  const lastLook = { ...wanted, withinMs: 0 };
  try {
    const arrival = await mailboxes
      .awaited(wanted, who, { ...waiter, signal: AbortSignal.any([waiter.signal, enough.signal]) })
      .catch((failure: unknown) => {
        if (given === null || waiter.signal.aborted) throw failure;
        return mailboxes.awaited(lastLook, who, waiter);
      });
    if (arrival) {
      patience.learn(performance.now() - began);
      return { arrival, given: null, watch: null };
    }
    if (given === null) return { arrival, given, watch: null };
    const watch: LateWatch = {
      until: began + withinMs,
      async look() {
        const late = await mailboxes.awaited(lastLook, who, onItsOwn());
        return late && `a message with "${token}" came to ${late.sighting.mailbox}, after it was given up`;
      },
    };
    return { arrival, given, watch };
  } finally {
    enough.abort();
    await patient;
  }
}

/** Somebody who waits after every body has ended. */
function onItsOwn(): BodyWaiter {
  return {
    signal: new AbortController().signal,
    queueing: (wait) => wait(),
    holdsSlots: false,
    resources: [],
  };
}
