import type { Check } from '../check/define.ts';
import { TIMING } from '../check/resources.ts';

/**
 * Reading checks and those that deliver come first; then those with failed logins; then those that disturb the server
 * or compare how long failures take. What a server may die of comes at the very end: afterwards nothing can be told
 * any more.
 */
export function phaseOf({ definition: { effect, safety, resources } }: Check): number {
  if (safety === 'destructive') return 3;
  if (effect === 'disturbs' || resources?.includes(TIMING)) return 2;
  return effect === 'fails-logins' ? 1 : 0;
}
