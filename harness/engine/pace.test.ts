import { expect, it } from 'vitest';
import { createLimits } from './limits.ts';
import { createPace } from './pace.ts';
import { createSlots } from './slots.ts';

const { signal } = new AbortController();

/** A clock that goes on where somebody pauses, and only there. */
function testClock() {
  let time = 1_000;
  const waits: number[] = [];
  return {
    waits,
    pass(ms: number) {
      time += ms;
    },
    now: () => time,
    async pause(ms: number, ended: AbortSignal) {
      ended.throwIfAborted();
      waits.push(ms);
    },
  };
}

it('spreads connections evenly, and lets the first one in at once', async () => {
  const clock = testClock();
  const pace = createPace(1_000, clock);
  for (let connection = 0; connection < 4; connection += 1) await pace.admit(signal);
  expect(clock.waits).toEqual([1_000, 2_000, 3_000]);
});

it('does not save up what nobody used', async () => {
  const clock = testClock();
  const pace = createPace(1_000, clock);
  await pace.admit(signal);
  clock.pass(60_000);
  await pace.admit(signal);
  expect(clock.waits).toEqual([]);
  await pace.admit(signal);
  expect(clock.waits).toEqual([1_000]);
});

it('waits for nothing where there is no limit', async () => {
  const clock = testClock();
  const pace = createPace(0, clock);
  for (let connection = 0; connection < 4; connection += 1) await pace.admit(signal);
  pace.slower();
  expect(clock.waits).toEqual([]);
  expect(pace.perMinute).toBeNull();
});

it('ends with the signal, and opens nothing then', async () => {
  const stop = new AbortController();
  stop.abort(new Error('The run was ended.'));
  await expect(createPace(1_000, testClock()).admit(stop.signal)).rejects.toThrow('The run was ended.');
});

it('goes slower where the target turned a client away, and the record says how slow', () => {
  const pace = createPace(1_000, testClock());
  const limits = createLimits(createSlots(4), pace);
  expect(limits.summary()).toBeNull();
  limits.learn({ role: 'mx', said: '421 too many', isLimit: true });
  expect(pace.perMinute).toBe(30);
  expect(limits.summary()).toContain(
    'At the end at most 4 connections were open at a time, and 30 began in a minute;',
  );
  for (let sign = 0; sign < 9; sign += 1) pace.slower();
  expect(pace.perMinute).toBe(8);
});
