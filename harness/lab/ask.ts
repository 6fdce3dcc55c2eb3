import { InputError } from 'net-mocks';
import { Inconclusive } from '../model/outcomes.ts';
import { afterOwnTime } from '../wire/deadline.ts';
import type { OwnDelay } from '../wire/own-delay.ts';

/** Time that the lab has beyond the deadline of a wait, or for anything that does not wait, in milliseconds. */
const PATIENCE = 10_000;

/** The lab did not do what it was asked for; this says nothing about the target, and may be otherwise later. */
export class LabFailed extends Inconclusive {
  constructor(reason: string) {
    super('environment', reason);
  }
}

/**
 * Asks the lab for something, and waits for the answer until the check ends. What the check asked wrongly is
 * a mistake of the check; everything else that goes wrong says that the lab does not work, and nothing about
 * the target.
 * @throws LabFailed, Inconclusive `harness` where the check was ended, InputError
 */
export async function ask<T>(
  what: string,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
  waitsMs = 0,
  delay?: OwnDelay,
): Promise<T> {
  const ended = () => new Inconclusive('harness', `The check was ended while the lab was to ${what}.`);
  if (signal.aborted) throw ended();
  const late = new AbortController();
  const noAnswer = Promise.withResolvers<never>();
  const timer = afterOwnTime(
    waitsMs + PATIENCE,
    () => {
      noAnswer.reject(new Error(`no answer within ${waitsMs + PATIENCE} ms`));
      late.abort();
    },
    delay,
  );
  // Not every request can be taken back: who asked does not wait for those either.
  const leave = () => noAnswer.reject(ended());
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([request(AbortSignal.any([signal, late.signal])), noAnswer.promise]);
  } catch (problem) {
    if (problem instanceof InputError) throw problem;
    if (signal.aborted) throw ended();
    throw new LabFailed(
      `The lab could not ${what}: ${problem instanceof Error ? problem.message : String(problem)}`,
    );
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', leave);
  }
}

/** Something that the lab is to do until the check ends. */
export interface Deed<T> {
  readonly what: string;
  readonly signal: AbortSignal;
  atEnd(end: () => Promise<unknown>): void;
  readonly request: () => Promise<T>;
  readonly undo: (done: T) => Promise<unknown>;
}

/**
 * Asks the lab for something that is undone when the check ends, also where the check did not live to see the
 * answer.
 * @throws as `ask` does
 */
export function askUntilEnd<T>({ what, signal, atEnd, request, undo }: Deed<T>): Promise<T> {
  return ask(what, signal, () => {
    const done = request();
    atEnd(async () => undo(await done));
    return done;
  });
}
