import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';
import { AHEAD } from './urgency.ts';

/** Lets every promise that is settled run its followers. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Takes slots and notes the order in which the takers got them. */
function takers(total: number) {
  const slots = createSlots(total);
  const started: string[] = [];
  const releases = new Map<string, () => void>();
  return {
    started,
    take(name: string, count: number) {
      void slots.take(count).then((release) => {
        started.push(name);
        releases.set(name, release);
      });
    },
    async release(name: string) {
      releases.get(name)?.();
      await settled();
    },
  };
}

test('a taker gets all it asks for at once, or waits', async () => {
  const { take, started, release } = takers(3);
  take('two', 2);
  take('also two', 2);
  await settled();
  expect(started).toEqual(['two']);
  await release('two');
  expect(started).toEqual(['two', 'also two']);
});

test('first come, first served: a small one does not overtake a large one', async () => {
  const { take, started, release } = takers(3);
  take('first', 1);
  take('large', 3);
  take('small', 1);
  await settled();
  expect(started).toEqual(['first']);
  await release('first');
  expect(started).toEqual(['first', 'large']);
  await release('large');
  expect(started).toEqual(['first', 'large', 'small']);
});

test('several start at the same time when there is room', async () => {
  const { take, started, release } = takers(2);
  take('all', 2);
  take('a', 1);
  take('b', 1);
  take('c', 1);
  await settled();
  await release('all');
  expect(started).toEqual(['all', 'a', 'b']);
});

test('giving back twice gives back once', async () => {
  const { take, started, release } = takers(1);
  take('a', 1);
  take('b', 1);
  take('c', 1);
  await settled();
  await release('a');
  await release('a');
  expect(started).toEqual(['a', 'b']);
});

test('who asks for more than there is gets all, and everybody else waits', async () => {
  const { take, started, release } = takers(2);
  take('greedy', 99);
  take('modest', 1);
  await settled();
  expect(started).toEqual(['greedy']);
  await release('greedy');
  expect(started).toEqual(['greedy', 'modest']);
});

test('a taker whose signal ends leaves the queue, and those after move up', async () => {
  const slots = createSlots(2);
  const first = await slots.take(1);
  const stop = new AbortController();
  const impatient = slots.take(2, stop.signal);
  const after = slots.take(1);
  stop.abort(new Error('The check is over.'));
  await expect(impatient).rejects.toThrow('The check is over.');
  (await after)();
  first();
  await expect(slots.take(2, stop.signal)).rejects.toThrow('The check is over.');
  const all = await slots.take(2);
  all();
});

test('who is needed by many waits in front of all, and everybody who waits is told of', async () => {
  const slots = createSlots(1);
  const release = await slots.take(1);
  let told = 0;
  const unlisten = slots.onWanted(() => {
    told += 1;
  });
  const order: string[] = [];
  const noted = (name: string) => (given: () => void) => {
    order.push(name);
    given();
  };
  const waits = [
    slots.take(1).then(noted('later')),
    slots.take(1, new AbortController().signal, AHEAD).then(noted('first')),
  ];
  expect([slots.wanted, told]).toEqual([true, 2]);
  unlisten();
  release();
  await Promise.all(waits);
  expect(order).toEqual(['first', 'later']);
  expect(slots.wanted).toBe(false);
});

test('who waits longest anyway goes first, and of equal ones who came first', async () => {
  const slots = createSlots(1);
  const started: string[] = [];
  const release = await slots.take(1);
  const waiters = (
    [
      ['short', 0],
      ['also short', 0],
      ['long', 60_000],
      ['longest', 90_000],
    ] as const
  ).map(([name, urgency]) =>
    slots.take(1, undefined, urgency).then((free) => {
      started.push(name);
      free();
    }),
  );
  release();
  await Promise.all(waiters);
  expect(started).toEqual(['longest', 'long', 'short', 'also short']);
});
