import type { Target } from '../check/check.ts';

/** How many times the time for one delivery an expected one is given: retries come late on a loaded machine. */
export const PATIENCE = 3;

/** Time for so many deliveries, one after the other, as the target declares it; for `waits` of a check. */
export function deliveries(count: number): (target: Target) => number {
  return ({ timing }) => count * timing.outboundMs;
}

/** As `deliveries`, where each is expected and worth a longer wait. */
export function expectedDeliveries(count: number): (target: Target) => number {
  return deliveries(PATIENCE * count);
}
