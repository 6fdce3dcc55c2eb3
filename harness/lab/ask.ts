import { InputError } from 'net-mocks';
import { Inconclusive } from '../model/outcomes.ts';

/** Time that the lab has beyond the deadline of a wait, or for anything that does not wait, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Asks the lab for something. What the check asked wrongly is a mistake of the check; everything else that
 * goes wrong says that the lab does not work, and nothing about the target.
 * @throws Inconclusive `environment`, InputError
 */
export async function ask<T>(
  what: string,
  signal: AbortSignal,
  request: (signal: AbortSignal) => Promise<T>,
  waitsMs = 0,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), waitsMs + PATIENCE);
  const given = Promise.withResolvers<never>();
  const giveUp = () => given.reject(new Error(`no answer within ${waitsMs + PATIENCE} ms`));
  late.signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([request(AbortSignal.any([signal, late.signal])), given.promise]);
  } catch (problem) {
    if (problem instanceof InputError) throw problem;
    if (signal.aborted)
      throw new Inconclusive('harness', `The check was ended while the lab was to ${what}.`);
    throw new Inconclusive(
      'environment',
      `The lab could not ${what}: ${problem instanceof Error ? problem.message : String(problem)}`,
    );
  } finally {
    clearTimeout(timer);
    late.signal.removeEventListener('abort', giveUp);
  }
}
