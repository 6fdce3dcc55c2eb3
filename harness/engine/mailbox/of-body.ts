import { setTimeout as delay } from 'node:timers/promises';
import type { WatchedMailboxes } from '../../check/mail-watch.ts';
import type { LateWatch } from '../../check/patience.ts';
import type { Recorder } from '../../evidence/recorder.ts';
import type { Bench } from '../bench.ts';
import { CONNECTIONS, LOGINS } from '../stopwatch.ts';
import { awaitedPatiently } from './patiently.ts';
import { shownMessage } from './shown.ts';

/** The mailboxes of the target as one body has them. */
export function mailboxesOf(body: {
  readonly bench: Bench;
  /** The check or control. */
  readonly who: string;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** What was given up and may come late, by what it is. */
  readonly watches: Map<string, LateWatch>;
  /** Lets no time of the body pass. */
  queueing<Got>(what: string, wait: () => Promise<Got>): Promise<Got>;
  readonly holdsSlots: boolean;
  /** Resources that it holds at this moment. */
  held(): readonly string[];
}): WatchedMailboxes {
  const { bench, who, recorder, signal, watches, queueing, holdsSlots, held } = body;
  return {
    async awaited(wanted) {
      const name = bench.mailboxes.nameOf(wanted);
      const key = `${name} ${wanted.token}`;
      watches.delete(key);
      const { arrival, given, watch } = await awaitedPatiently(bench, wanted, who, {
        signal,
        queueing: (wait) => queueing(CONNECTIONS, wait),
        holdsSlots,
        resources: held(),
      });
      if (watch) watches.set(key, watch);
      const text = arrival
        ? shownMessage(arrival, name, bench.redactor)
        : `nothing with "${wanted.token}" came${given === null ? ` within ${wanted.withinMs} ms` : `: ${given}`} (control ${name})`;
      recorder.event(0, { kind: 'note', text });
      return arrival && { mailbox: arrival.sighting.mailbox, bytes: arrival.bytes };
    },
    async untilLogin(account) {
      const { left } = bench.mailboxes.paceOf(account);
      while (left() > 0) await queueing(LOGINS, () => delay(left(), undefined, { signal }));
    },
    loggedIn: (account) => bench.mailboxes.paceOf(account).loggedIn(),
    demandsDelay: (account, delayMs) => bench.mailboxes.paceOf(account).demands(delayMs),
    makeRoom: (account) => bench.mailboxes.makeRoom(account),
  };
}
