import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OwnDelay } from '../wire/own-delay.ts';
import { createStopwatch } from './stopwatch.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const NO_DELAY: OwnDelay = { total: () => 0, watch: () => () => {}, add: () => {} };
const after = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

test('queues, work and waits add up to the whole time', async () => {
  const watch = createStopwatch(NO_DELAY);
  const run = watch.run();
  const queued = run.queueing('connections', () => after(100));
  await vi.advanceTimersByTimeAsync(100);
  await queued;
  run.begin();
  await vi.advanceTimersByTimeAsync(50);
  const waited = run.waiting(() => after(700));
  await vi.advanceTimersByTimeAsync(700);
  await waited;
  await vi.advanceTimersByTimeAsync(20);
  run.end();
  expect(watch.times()).toEqual({
    queuedMs: 100,
    workedMs: 70,
    waitedMs: 700,
    delayedMs: 0,
    queues: [{ for: 'connections', ms: 100 }],
    holds: [],
  });
});

test('a check works while one of its runs does, whatever the others wait for', async () => {
  const watch = createStopwatch(NO_DELAY);
  const [one, other] = [watch.run(), watch.run()];
  one.begin();
  await vi.advanceTimersByTimeAsync(10);
  other.begin();
  const waits = [one.waiting(() => after(200)), other.waiting(() => after(300))];
  await vi.advanceTimersByTimeAsync(300);
  await Promise.all(waits);
  await vi.advanceTimersByTimeAsync(5);
  const { queuedMs, workedMs, waitedMs } = watch.times();
  expect([queuedMs, workedMs, waitedMs]).toEqual([0, 115, 200]);
});

test('what was free at once was not queued for', async () => {
  const watch = createStopwatch(NO_DELAY);
  const run = watch.run();
  await run.queueing('maildrop', async () => undefined);
  run.holds(['maildrop']);
  run.begin();
  expect(watch.times()).toMatchObject({ queues: [], holds: ['maildrop'], queuedMs: 0 });
});
