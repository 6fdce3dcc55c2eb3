import { setTimeout as delay } from 'node:timers/promises';
import { Inconclusive, NotApplicable } from '../../model/outcomes.ts';
import { isWireFailure } from '../../wire/failures.ts';
import type { Slots } from '../slots.ts';
import type { LoginPace } from './login-pace.ts';
import type { Arrival } from './memory.ts';
import type { Permit } from './permit.ts';
import { type Rest, restUntilWanted } from './rest.ts';
import { createWaiters, isWanted, type Waiter, type Wanted } from './waiters.ts';
import type { MailboxSession } from './waiting.ts';
import type { Ways } from './ways.ts';

/** Shortest and longest pause between two looks, in milliseconds. */
const PAUSE = { shortest: 200, longest: 2_000 };
/** Shortest one where each look is a login, in milliseconds. */
const PAUSE_OF_LOGINS = 1_000;
/**
 * How long a session that nobody needs is kept from others that wait for its slot, or log in, in milliseconds; and how
 * long at most where logins are slow, so that each costs the server much.
 */
const REST = 2_000;
const LONGEST_REST = 30_000;
/** A login that takes so long is slow, in milliseconds. */
const SLOW_LOGIN = 500;
/** How long the watch stays away where the user has too many sessions; who was refused comes again before. */
const AWAY = 2_000;
/** Logins in a row that may be refused before a refusal stands for a while, and that while in milliseconds. */
const REFUSALS = 2;
const REFUSED_FOR = 30_000;
/** Logins in a row that may come too early for the server; one shows how long it waits, and somebody else may come first. */
const TOO_EARLY = 3;
/** Longest time that counts as waiting for other checks, in milliseconds: who holds what may wait for each other. */
const BLOCKED = 60_000;
/** How long a server is given to say goodbye at the end, in milliseconds. */
const FAREWELL = 2_000;

/** What a watch came to. */
export interface WatchCount {
  readonly looks: number;
  readonly logins: number;
  /** Sessions that broke, or that the server ended, so that another one was begun. */
  readonly broken: number;
  /** Why the last login that failed did so; undefined where one worked since. */
  readonly failure: unknown;
}

/** One mailbox, watched in one session for everybody who waits for a message in it. */
export interface Watch {
  /** Waits for a message, which may have come before; null where none comes in time. */
  awaited(wanted: Wanted, waiter: Waiter): Promise<Arrival | null>;
  /** Ends the session for a moment, for somebody who was refused because there is one. */
  makeRoom(): void;
  /** Ends a session that rests, because somebody else of the bench visits the mailboxes. */
  stepAside(): void;
  readonly count: WatchCount;
  /** Ends the session and every wait. */
  close(): Promise<void>;
}

/** What a watch is made of. */
export interface WatchParts {
  readonly ways: Ways;
  /** What must be held, or lent, while a session is open. `onLost` is called when it no longer is. */
  permits(onLost: () => void): { readonly slot: Permit; readonly maildrop: Permit };
  readonly slots: Pick<Slots, 'wanted' | 'onWanted'>;
  /** When the server takes the next login, where each look is one. */
  readonly pace: Pick<LoginPace, 'left'>;
  readonly signal: AbortSignal;
}

export function createWatch({ ways, permits, slots, pace, signal }: WatchParts): Watch {
  const count = { looks: 0, logins: 0, broken: 0, failure: undefined as unknown };
  let session: MailboxSession | undefined;
  /** Ends what goes on at this moment. */
  let stop = new AbortController();
  let loop: Promise<void> | undefined;
  let blocked: Promise<void> | undefined;
  let nextLook = 0;
  let loginMs = 0;
  let resting: Rest | undefined;
  let awayUntil = 0;
  /** Somebody was refused because there were too many sessions. */
  let sparing = false;
  let refusals = 0;
  let refusedUntil = 0;
  let closed = false;

  const { slot, maildrop } = permits(() => stop.abort());
  // What goes on for nobody must not hold up anything.
  const waiters = createWaiters({ slot, maildrop }, () => drop());

  function drop(): void {
    session = undefined;
    stop.abort();
    slot.giveBack();
    maildrop.giveBack();
  }

  /** Waits for what the session needs; meanwhile no time passes for those who wait for a look. */
  async function obtain(): Promise<void> {
    const isOver = () => waiters.size === 0 || stop.signal.aborted;
    const obtained = (async () => {
      while (ways.byPop3 && !isOver() && pace.left() > 0) await pauseUntil(performance.now() + pace.left());
      // One of its own is asked for in any case, after what is lent.
      for (let asked = false; !isOver() && !(asked && slot.valid && maildrop.valid); asked = true) {
        // Who waits for a resource keeps no connection from others.
        await maildrop.obtain();
        if (!isOver()) await slot.obtain();
      }
    })();
    const over = new AbortController();
    const patience = delay(BLOCKED, undefined, { signal: over.signal }).catch(() => undefined);
    blocked = Promise.race([obtained, patience]);
    waiters.queueing(blocked);
    await obtained;
    over.abort();
    blocked = undefined;
  }

  async function pauseUntil(time: number): Promise<void> {
    const left = time - performance.now();
    if (left > 0) await delay(left, undefined, { signal: stop.signal }).catch(() => undefined);
  }

  async function look(): Promise<void> {
    const present = waiters.all();
    const began = performance.now();
    if (!session?.alive) {
      if (session) count.broken += 1;
      session = undefined;
      session = await ways.open(AbortSignal.any([signal, stop.signal]));
      count.logins += 1;
      loginMs = performance.now() - began;
      count.failure = undefined;
      refusals = 0;
    }
    await session.look(waiters.all);
    count.looks += 1;
    const now = performance.now();
    const shortest = ways.byPop3 ? PAUSE_OF_LOGINS : PAUSE.shortest;
    nextLook = now + Math.min(PAUSE.longest, Math.max(shortest, now - began));
    for (const one of present) if (one.waits && one.isOver()) one.end(null);
  }

  /** What a failure means for those who wait; a session that broke is begun anew, once. */
  function failed(thrown: unknown, wasOpen: boolean, tries: number): boolean {
    if (wasOpen) {
      count.broken += 1;
      if (tries === 0) return true;
    } else {
      count.failure = thrown;
      if (!isWireFailure(thrown)) {
        refusals += 1;
        refusedUntil = refusals < REFUSALS ? 0 : performance.now() + REFUSED_FOR;
      }
    }
    for (const one of waiters.all()) one.fail(thrown);
    return false;
  }

  async function serve(): Promise<void> {
    let tries = 0;
    let early = 0;
    while (waiters.size > 0 && !closed) {
      if (stop.signal.aborted) stop = new AbortController();
      await pauseUntil(Math.max(nextLook, awayUntil));
      await obtain();
      if (waiters.size === 0 || stop.signal.aborted) {
        drop();
        continue;
      }
      try {
        await look();
        tries = 0;
        early = 0;
        if (session?.alive && !stop.signal.aborted && performance.now() >= awayUntil) continue;
        await session?.leave();
        drop();
      } catch (thrown) {
        const isOurs = stop.signal.aborted;
        const wasOpen = session !== undefined;
        drop();
        if (isOurs) continue;
        if (!wasOpen && ways.byPop3 && pace.left() > 0 && early < TOO_EARLY) {
          early += 1;
          continue;
        }
        // No safe login here, and another way is declared.
        if (!wasOpen && thrown instanceof NotApplicable && ways.next()) continue;
        tries = failed(thrown, wasOpen, tries) ? tries + 1 : 0;
      }
    }
  }

  async function run(): Promise<void> {
    do {
      await serve();
      await toRest();
    } while (waiters.size > 0 && !closed);
    loop = undefined;
  }

  /** Keeps the session without traffic, if a slot of its own covers it; else ends it. */
  async function toRest(): Promise<void> {
    const isOurs = () => closed || stop.signal.aborted;
    if (!session || isOurs()) return drop();
    // Nobody needs the session any more, so that it is of no account why it ends.
    if (sparing || !slot.own) await session.leave();
    else await session.rest().catch(() => undefined);
    if (session?.alive && slot.own && !sparing && !isOurs()) return waiters.size > 0 ? undefined : rest();
    if (session && !session.alive && !isOurs()) count.broken += 1;
    drop();
  }

  /** What a login takes may be wasted on keeping the session; more of it would cost others more than a login. */
  function grace(): number {
    return loginMs < SLOW_LOGIN ? Math.min(REST, 4 * loginMs) : Math.min(LONGEST_REST, 20 * loginMs);
  }

  function rest(): void {
    resting = restUntilWanted(slots, grace(), giveUp);
  }

  /** A session that rests is needed again, or ends. */
  function wake(): void {
    resting?.end();
    resting = undefined;
  }

  /** Ends a session that rests. */
  function giveUp(): void {
    wake();
    drop();
  }

  function join(wanted: Wanted, waiter: Waiter): Promise<Arrival | null> {
    const arrival = waiters.join(wanted, waiter, blocked);
    wake();
    loop ??= run();
    return arrival;
  }

  return {
    async awaited(wanted, waiter) {
      waiter.signal.throwIfAborted();
      if (closed) throw new Inconclusive('harness', 'The run was ended before the mailbox was looked into.');
      for (const arrival of ways.view.kept()) if (isWanted(arrival, wanted)) return arrival;
      if (performance.now() < refusedUntil) throw count.failure;
      return join(wanted, waiter);
    },
    makeRoom() {
      sparing = true;
      if (!session) return;
      awayUntil = performance.now() + AWAY;
      if (resting) giveUp();
    },
    stepAside() {
      if (resting && performance.now() - resting.since >= Math.max(REST, grace())) giveUp();
    },
    get count() {
      return { ...count };
    },
    async close() {
      closed = true;
      for (const one of waiters.all())
        one.fail(new Inconclusive('harness', 'The run was ended before the message came.'));
      if (resting && session) await farewell(session);
      wake();
      drop();
      await loop;
    },
  };
}

async function farewell(session: MailboxSession): Promise<void> {
  const said = new AbortController();
  const patience = delay(FAREWELL, undefined, { signal: said.signal }).catch(() => undefined);
  await Promise.race([session.leave(), patience]);
  said.abort();
}
