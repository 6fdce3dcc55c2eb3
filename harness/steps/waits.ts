import type { Services, Target } from '../check/check.ts';

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

/**
 * How many times faster than the text says the silence of a session is waited out.
 * @throws NotApplicable where the target does not allow it
 */
export function autologoutSpeed({
  target,
  notApplicable,
}: Pick<Services, 'target' | 'notApplicable'>): number {
  return (
    target.timing.autologoutSpeed ??
    notApplicable('The target does not allow to wait for limits of silence.', 'timing.autologout is false')
  );
}
