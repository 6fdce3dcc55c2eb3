import type { Check } from '../check/define.ts';
import type { CheckResult } from '../model/result.ts';
import type { Bench } from './bench.ts';
import { evaluate } from './evaluate.ts';
import type { LateArrival } from './late.ts';

/** The bench where absent mail is given up by the clock alone. */
export function byTheClock(bench: Bench): Bench {
  return { ...bench, patience: { ...bench.patience, enough: async () => null } };
}

/**
 * Judges a check once more where mail came that it had given up: now it waits for the whole time, and its reason says
 * what came late.
 */
export async function evaluateAgain(check: Check, bench: Bench, { line }: LateArrival): Promise<CheckResult> {
  const result = await evaluate(check, byTheClock(bench));
  return { ...result, reason: `${result.reason} Asked again, since mail came that was given up: ${line}.` };
}

/** Judges one check on its own, to the end: what comes late turns its verdict. */
export async function evaluateToTheEnd(check: Check, bench: Bench): Promise<CheckResult> {
  const result = await evaluate(check, bench);
  const [late] = await bench.late.sweep();
  return late ? evaluateAgain(check, bench, late) : result;
}
