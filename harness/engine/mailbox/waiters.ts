import type { MailAwaited } from '../../check/mail-watch.ts';
import { deadlineIn } from '../../wire/deadline.ts';
import { type Arrival, quotesToken } from './memory.ts';
import type { Permit } from './permit.ts';
import type { Waiting } from './waiting.ts';

/** A message that somebody waits for in a mailbox. */
export type Wanted = Omit<MailAwaited, 'account'>;

/** Who waits, and what the watch may use of theirs meanwhile. */
export interface Waiter {
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Slots and resources that who waits holds and does not use. */
  readonly lends: { readonly slot: boolean; readonly maildrop: boolean };
  /** Lets no time of theirs pass while the watch itself waits for what other checks hold. */
  queueing(wait: () => Promise<void>): Promise<void>;
}

/** Somebody in the queue, and how their wait ends. */
export interface Place extends Waiting {
  isOver(): boolean;
  end(arrival: Arrival | null): void;
  fail(reason: unknown): void;
}

/** Everybody who waits for a message in one mailbox. */
export interface Waiters {
  readonly size: number;
  /** In the order in which they began. */
  readonly all: () => readonly Place[];
  /**
   * Settles when the message is handed to them, when they are told that it did not come, or when their signal fires.
   * @param blocked no time of theirs passes before it settles
   */
  join(wanted: Wanted, waiter: Waiter, blocked?: Promise<void>): Promise<Arrival | null>;
  /** Lets no time pass for any of them until the wait is over. */
  queueing(wait: Promise<void>): void;
}

/** @param onLast called when the signal of the last one fires: nobody is left */
export function createWaiters(
  { slot, maildrop }: { readonly slot: Permit; readonly maildrop: Permit },
  onLast: () => void,
): Waiters {
  const waiters = new Map<Place, Waiter>();
  let serials = 0;

  function join(wanted: Wanted, waiter: Waiter, blocked?: Promise<void>): Promise<Arrival | null> {
    return new Promise((resolve, reject) => {
      serials += 1;
      const unlend = [
        ...(waiter.lends.slot ? [slot.lend()] : []),
        ...(waiter.lends.maildrop ? [maildrop.lend()] : []),
      ];
      const deadline = deadlineIn(wanted.withinMs);
      const leave = () => {
        deadline.end();
        waiter.signal.removeEventListener('abort', abort);
        waiters.delete(one);
        for (const back of unlend) back();
      };
      const abort = () => {
        one.fail(waiter.signal.reason);
        if (waiters.size === 0) onLast();
      };
      const one: Place = {
        serial: serials,
        token: wanted.token,
        isOver: () => deadline.left() <= 0,
        get waits() {
          return waiters.has(one);
        },
        take(arrival) {
          if (!one.waits || !isWanted(arrival, wanted)) return false;
          one.end(arrival);
          return true;
        },
        end(arrival) {
          leave();
          resolve(arrival);
        },
        fail(reason) {
          leave();
          reject(reason);
        },
      };
      waiters.set(one, waiter);
      waiter.signal.addEventListener('abort', abort);
      if (blocked) void waiter.queueing(() => blocked);
    });
  }

  return {
    get size() {
      return waiters.size;
    },
    all: () => [...waiters.keys()],
    join,
    queueing(wait) {
      for (const waiter of waiters.values()) void waiter.queueing(() => wait);
    },
  };
}

/** Whether an arrival is the message that somebody waits for. */
export function isWanted(arrival: Arrival, wanted: Wanted): boolean {
  const { sighting, bytes } = arrival;
  return quotesToken(arrival, wanted.token) && wanted.isAwaited({ mailbox: sighting.mailbox, bytes });
}
