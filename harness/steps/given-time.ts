import type { Services } from '../check/check.ts';

/** A time in which the target is to do something, less that in which this machine or the lab did no work. */
export interface GivenTime {
  /** Milliseconds that are left; 0 or less when it is over. */
  left(): number;
  /** Milliseconds of it that this machine or the lab has missed. */
  missed(): number;
}

/**
 * Shortest time, in milliseconds, after which common servers give up a peer that does not answer, and come again in
 * minutes only: 30 seconds for a connection (Postfix), less what passes before they begin.
 */
const GIVEN_UP = 20_000;

/** A time that begins now. */
export function giveTime({ ownDelay }: Pick<Services, 'ownDelay'>, ms: number): GivenTime {
  const began = performance.now();
  const before = ownDelay();
  const missed = () => ownDelay() - before;
  return { missed, left: () => ms - (performance.now() - began) + missed() };
}

/**
 * What did not come in a time is no fault of the target where the lab was away for so long that a server goes away.
 * @throws Inconclusive
 */
export function assertLabWasThere({ inconclusive }: Pick<Services, 'inconclusive'>, given: GivenTime): void {
  const missed = given.missed();
  if (missed >= GIVEN_UP)
    inconclusive(
      'environment',
      `Nothing came, and this machine or the lab did no work for ${Math.round(missed / 1_000)} s of that time: the target may have given up for now.`,
    );
}
