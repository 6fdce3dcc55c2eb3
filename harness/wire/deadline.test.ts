import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { afterOwnTime, deadlineIn } from './deadline.ts';
import { createOwnDelay, type OwnDelay } from './own-delay.ts';

/** Keeps the loop from running, as a stop of the process does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Delays that a test makes up. */
function madeUp(): OwnDelay & { ms: number } {
  const delay = {
    ms: 0,
    total: () => delay.ms,
    watch: () => () => {},
    add(ms: number) {
      delay.ms += ms;
    },
  };
  return delay;
}

describe('delays of our own', () => {
  test('are noticed while somebody watches, before any timer has fired, and not otherwise', async () => {
    const delay = createOwnDelay();
    block(100);
    expect(delay.total()).toBe(0);
    const unwatch = delay.watch();
    await pause(30);
    const before = delay.total();
    block(200);
    expect(delay.total() - before).toBeGreaterThan(150);
    await pause(30);
    unwatch();
    const noticed = delay.total();
    expect(noticed - before).toBeGreaterThan(150);
    block(100);
    expect(delay.total()).toBe(noticed);
  });

  test('are none where the loop runs', async () => {
    const delay = createOwnDelay();
    const unwatch = delay.watch();
    await pause(300);
    unwatch();
    expect(delay.total()).toBeLessThan(150);
  });
});

describe('a deadline', () => {
  test('is put off by the delays since it began', () => {
    const delay = madeUp();
    delay.add(5_000);
    const deadline = deadlineIn(100, delay);
    expect(deadline.left()).toBeLessThanOrEqual(100);
    block(150);
    expect(deadline.left()).toBeLessThanOrEqual(0);
    delay.add(120);
    expect(deadline.left()).toBeGreaterThan(0);
    deadline.end();
  });

  test('that passed while the process was stopped counts on from there', async () => {
    const began = performance.now();
    const fired = new Promise<number>((resolve) => {
      afterOwnTime(300, () => resolve(performance.now() - began), createOwnDelay());
    });
    await pause(30);
    block(1_000);
    expect(await fired).toBeGreaterThan(1_200);
  });

  test('lets input that is there already be read before it fires', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const seen: string[] = [];
    const socket = connect(port, '127.0.0.1');
    const came = new Promise<void>((resolve) => {
      socket.on('data', () => {
        seen.push('input');
        resolve();
      });
    });
    const [accepted] = await Promise.all([
      new Promise<Socket>((resolve) => void server.once('connection', resolve)),
      new Promise<void>((resolve) => void socket.once('connect', resolve)),
    ]);
    const delay = madeUp();
    const fired = new Promise<void>((resolve) => {
      // Nobody measures this delay: the deadline is over when the loop runs again.
      afterOwnTime(
        20,
        () => {
          seen.push('deadline');
          resolve();
        },
        delay,
      );
    });
    accepted.end('here');
    block(100);
    await Promise.all([came, fired]);
    server.close();
    socket.destroy();
    expect(seen).toEqual(['input', 'deadline']);
  });
});
