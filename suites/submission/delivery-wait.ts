import type { Target } from '../../harness/check/check.ts';

/** Where the target declares nothing else, in milliseconds. */
const ORDINARY_WAIT = 30_000;

/** Time for so many deliveries, one after the other, as the target declares it. */
export function deliveries(count: number): (target: Target) => number {
  return ({ timing }) => count * (timing.outboundMs ?? ORDINARY_WAIT);
}
