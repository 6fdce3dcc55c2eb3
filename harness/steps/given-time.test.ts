import { describe, expect, test } from 'vitest';
import { Inconclusive } from '../check/check.ts';
import { assertLabWasThere, giveTime } from './given-time.ts';

const inconclusive = (why: 'environment', reason: string): never => {
  throw new Inconclusive(why, reason);
};

describe('a time that is given to the target', () => {
  test('is longer by what this machine and the lab have missed of it', () => {
    let delay = 5_000;
    const given = giveTime({ ownDelay: () => delay }, 60_000);
    expect(given.missed()).toBe(0);
    expect(given.left()).toBeLessThanOrEqual(60_000);
    delay += 30_000;
    expect(given.missed()).toBe(30_000);
    expect(given.left()).toBeGreaterThan(60_000);
  });

  test('proves nothing where a server has gone away meanwhile', () => {
    const services = { inconclusive } as Parameters<typeof assertLabWasThere>[0];
    expect(() => assertLabWasThere(services, { left: () => 0, missed: () => 1_000 })).not.toThrow();
    expect(() => assertLabWasThere(services, { left: () => 0, missed: () => 30_000 })).toThrow(Inconclusive);
  });
});
