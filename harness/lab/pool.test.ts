import { expect, test } from 'vitest';
import { createAddressPool } from './pool.ts';

const { signal } = new AbortController();

test('hands out each address once, and the one unused for longest first', async () => {
  const pool = createAddressPool(['a', 'b']);
  expect(await pool.take(0, signal)).toBe('a');
  pool.giveBack('a');
  expect(await pool.take(0, signal)).toBe('b');
  expect(await pool.take(0, signal)).toBe('a');
});

test('lets a taker wait for an address, first come, first served', async () => {
  const pool = createAddressPool(['a']);
  await pool.take(0, signal);
  const [second, third] = [pool.take(60_000, signal), pool.take(60_000, signal)];
  pool.giveBack('a');
  expect(await second).toBe('a');
  pool.giveBack('a');
  expect(await third).toBe('a');
});

test('gives up at the deadline or by signal, without losing the address', async () => {
  const pool = createAddressPool(['a']);
  await pool.take(0, signal);
  expect(await pool.take(10, signal)).toBeUndefined();
  const stop = new AbortController();
  const waiting = pool.take(60_000, stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
  pool.giveBack('a');
  expect(await pool.take(0, signal)).toBe('a');
});
