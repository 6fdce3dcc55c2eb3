import { setTimeout as delay } from 'node:timers/promises';
import type { Entry, ReceivedMessage } from 'net-mocks';
import type { ArrivedMessage } from '../check/lab.ts';
import { arrivedMessage } from './arrived.ts';
import { ask } from './ask.ts';
import type { CheckScope } from './check-lab.ts';
import { describe } from './describe-message.ts';
import { nextEntry } from './next-entry.ts';

type Captured = Entry<ReceivedMessage>;

/** Further attempts come late on a loaded machine, however quick the target is, in milliseconds. */
const LEAST_FOR_RETRIES = 15_000;

/** A message that is waited for. */
export interface Awaited {
  /** Milliseconds; where none are given, as long as a delivery may take, or until patience says that it is enough. */
  readonly withinMs: number | undefined;
  /** Waits on the side of the lab for the next message from a cursor on. */
  next(cursor: { since: number; deadlineMs: number }, signal: AbortSignal): Promise<Captured | null>;
  /** All that have come. */
  all(): Promise<readonly Captured[]>;
  accepts(message: ArrivedMessage): boolean;
  /** Whether the target has looked for the way there: before that, mail stands in its queue, and only the clock ends the wait. */
  isUnderWay(): Promise<boolean>;
  /** The same for every wait for the same: a later one takes the place of the watch that an earlier one left. */
  readonly key: string;
  /** Begins the sentence about its absence, such as `no delivery came`. */
  readonly absence: string;
}

/**
 * Waits for a message at a server of the lab. What patience gave up is looked for again later, until the whole time
 * is over.
 */
export async function awaitMessage(scope: CheckScope, awaited: Awaited): Promise<ArrivedMessage | null> {
  const { access, signal, note, patience, keepWatching, stopWatching, waiting } = scope;
  const { withinMs = access.outboundMs, accepts, absence } = awaited;
  const began = performance.now();
  stopWatching?.(awaited.key);
  const wait = new AbortController();
  let given: string | null = null;
  const lingering =
    patience && withinMs > access.outboundMs
      ? delay(Math.max(access.outboundMs, LEAST_FOR_RETRIES), undefined, { signal: wait.signal })
          .then(() => patience.nothingElse(AbortSignal.any([signal, wait.signal])))
          .then(
            () => {
              given = 'nothing else was left to do in this run';
              wait.abort();
            },
            () => undefined,
          )
      : undefined;
  const patient =
    patience && keepWatching && awaited.withinMs === undefined
      ? patience.enough('elsewhere', AbortSignal.any([signal, wait.signal])).then(
          async (line) => {
            if (line === null || !(await awaited.isUnderWay())) return;
            given = line;
            wait.abort();
          },
          // The wait ended first.
          () => undefined,
        )
      : Promise.resolve();
  const untilEnough = async (ended: AbortSignal, cursor: { since: number; deadlineMs: number }) => {
    try {
      return await awaited.next(cursor, AbortSignal.any([ended, wait.signal]));
    } catch (failure) {
      if (given !== null && !ended.aborted) return null;
      throw failure;
    }
  };
  try {
    const found = await waiting(() =>
      ask(
        'wait for a message',
        signal,
        (ended) =>
          nextEntry(
            (cursor) => untilEnough(ended, cursor),
            (entry) => accepts(arrivedMessage(entry)),
            withinMs,
            () => given !== null,
          ),
        withinMs,
      ),
    );
    const come = found ?? (given === null ? null : await firstOf(awaited, signal));
    const message = come && arrivedMessage(come);
    if (message) patience?.learn(performance.now() - began);
    else if (given !== null && awaited.withinMs === undefined)
      keepWatching?.(awaited.key, {
        until: began + withinMs,
        async look() {
          const late = await firstOf(awaited, new AbortController().signal);
          return late && `${describe(arrivedMessage(late))}, after it was given up`;
        },
      });
    note(
      message ? describe(message) : `${absence} ${given === null ? `within ${withinMs} ms` : `: ${given}`}`,
    );
    return message;
  } finally {
    wait.abort();
    await Promise.all([patient, lingering]);
  }
}

async function firstOf({ all, accepts }: Awaited, signal: AbortSignal): Promise<Captured | null> {
  const entries = await ask('list messages', signal, () => all());
  return entries.find((entry) => accepts(arrivedMessage(entry))) ?? null;
}
