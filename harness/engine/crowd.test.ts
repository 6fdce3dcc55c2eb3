import { describe, expect, test } from 'vitest';
import { createCrowd } from './crowd.ts';

const never = new AbortController().signal;

/** Whether a promise has ended by now. */
async function hasEnded(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const first = await Promise.race([
    promise.then(
      () => undefined,
      () => undefined,
    ),
    new Promise((resolve) => setImmediate(resolve, pending)),
  ]);
  return first !== pending;
}

describe('a crowd', () => {
  test('lets a phase begin when all of the earlier ones have left', async () => {
    const crowd = createCrowd();
    const [one, other, late] = [crowd.enter(0), crowd.enter(0), crowd.enter(1)];
    const turn = crowd.turnOf(1, never);
    one.leave();
    expect(await hasEnded(turn)).toBe(false);
    other.leave();
    expect(await hasEnded(turn)).toBe(true);
    late.leave();
  });

  test('takes who lingers for gone, and tells him when nobody else is left', async () => {
    const crowd = createCrowd();
    const [patient, busy] = [crowd.enter(0), crowd.enter(1)];
    const lingering = patient.linger(never);
    expect(await hasEnded(crowd.turnOf(1, never))).toBe(true);
    expect(await hasEnded(lingering)).toBe(false);
    busy.leave();
    expect(await hasEnded(lingering)).toBe(true);
  });

  test('holds the next phase up again once who lingered goes on', async () => {
    const crowd = createCrowd();
    const patient = crowd.enter(0);
    crowd.enter(1);
    const arrived = new AbortController();
    const lingering = patient.linger(arrived.signal);
    arrived.abort(new Error('it came'));
    await expect(lingering).rejects.toThrow('it came');
    expect(await hasEnded(crowd.turnOf(1, never))).toBe(false);
    patient.leave();
    expect(await hasEnded(crowd.turnOf(1, never))).toBe(true);
  });

  test('ends a wait for a turn with the reason of its signal', async () => {
    const crowd = createCrowd();
    crowd.enter(0);
    const ended = new AbortController();
    const turn = crowd.turnOf(1, ended.signal);
    ended.abort(new Error('the run is over'));
    await expect(turn).rejects.toThrow('the run is over');
    await expect(crowd.turnOf(1, ended.signal)).rejects.toThrow('the run is over');
  });
});
