import { expect, test } from 'vitest';
import { createSlots } from '../slots.ts';
import { AHEAD } from '../urgency.ts';
import { createPermit, whereNeeded } from './permit.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function permitOf(total: number) {
  const slots = createSlots(total);
  let lost = 0;
  const permit = createPermit(
    (signal) => slots.take(1, signal, AHEAD),
    () => {
      lost += 1;
    },
  );
  return { slots, permit, lost: () => lost };
}

test('what is lent is enough, until the last who lends it leaves', async () => {
  const { slots, permit, lost } = permitOf(1);
  const release = await slots.take(1);
  const [one, two] = [permit.lend(), permit.lend()];
  await permit.obtain();
  expect([permit.valid, permit.own]).toEqual([true, false]);
  one();
  one();
  expect([permit.valid, lost()]).toEqual([true, 0]);
  two();
  expect([permit.valid, lost()]).toEqual([false, 1]);
  permit.giveBack();
  release();
  (await slots.take(1))();
});

test('one of its own is asked for after what is lent, in front of others, and outlasts it', async () => {
  const { slots, permit, lost } = permitOf(1);
  const release = await slots.take(1);
  const order: string[] = [];
  const other = slots.take(1).then((given) => {
    order.push('other');
    return given;
  });
  const back = permit.lend();
  await permit.obtain();
  release();
  await settled();
  expect([permit.own, order]).toEqual([true, []]);
  back();
  expect([permit.valid, lost()]).toEqual([true, 0]);
  permit.giveBack();
  (await other)();
  expect(order).toEqual(['other']);
});

test('who waits for it goes on when it is lent, and when it is given back', async () => {
  const { slots, permit } = permitOf(1);
  const release = await slots.take(1);
  const waits = permit.obtain();
  const back = permit.lend();
  await waits;
  back();
  const waitsAgain = permit.obtain();
  permit.giveBack();
  await waitsAgain;
  expect(permit.valid).toBe(false);
  release();
  // What was asked for and given up is free.
  (await slots.take(1))();
});

test('what is needed at times is asked for then alone, and what was lent before counts', async () => {
  const slots = createSlots(1);
  let isNeeded = false;
  let lost = 0;
  const permit = whereNeeded(
    () => isNeeded,
    (onLost) => createPermit((signal) => slots.take(1, signal, AHEAD), onLost),
    () => {
      lost += 1;
    },
  );
  await permit.obtain();
  expect([permit.valid, permit.own]).toEqual([true, true]);
  const release = await slots.take(1);
  permit.lend()();
  expect(lost).toBe(0);
  const back = permit.lend();
  isNeeded = true;
  await permit.obtain();
  expect([permit.valid, permit.own]).toEqual([true, false]);
  back();
  expect([permit.valid, lost]).toEqual([false, 1]);
  release();
  await permit.obtain();
  expect(permit.own).toBe(true);
  permit.giveBack();
  (await slots.take(1))();
});
