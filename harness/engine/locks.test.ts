import { expect, test } from 'vitest';
import { createLocks } from './locks.ts';
import { AHEAD } from './urgency.ts';

/** Lets every promise that is settled run its followers. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Takes locks and notes the order in which the takers got them. */
function holders() {
  const locks = createLocks();
  const started: string[] = [];
  const releases = new Map<string, () => void>();
  return {
    locks,
    started,
    async hold(name: string, ...resources: readonly string[]) {
      void locks.hold(resources).then((release) => {
        started.push(name);
        releases.set(name, release);
      });
      await settled();
    },
    async release(name: string) {
      releases.get(name)?.();
      await settled();
    },
  };
}

test('one holder at a time, in the order of asking', async () => {
  const { hold, release, started } = holders();
  await hold('first', 'maildrop');
  await hold('second', 'maildrop');
  await hold('third', 'maildrop');
  expect(started).toEqual(['first']);
  await release('first');
  await release('second');
  expect(started).toEqual(['first', 'second', 'third']);
});

test('other names, and none, are not waited for', async () => {
  const { hold, started } = holders();
  await hold('first', 'maildrop');
  await hold('elsewhere', 'zone');
  await hold('nothing');
  expect(started).toEqual(['first', 'elsewhere', 'nothing']);
});

test('who waits for two names is not overtaken by who wants one of them', async () => {
  const { hold, release, started } = holders();
  await hold('first', 'maildrop');
  await hold('both', 'zone', 'maildrop');
  await hold('late', 'zone');
  expect(started).toEqual(['first']);
  await release('first');
  expect(started).toEqual(['first', 'both']);
  await release('both');
  expect(started).toEqual(['first', 'both', 'late']);
});

test('a second release frees nothing that somebody else holds', async () => {
  const { hold, release, started } = holders();
  await hold('first', 'maildrop');
  await release('first');
  await hold('second', 'maildrop');
  await release('first');
  await hold('third', 'maildrop');
  expect(started).toEqual(['first', 'second']);
});

test('whom many wait for is in front of all who wait, and leaves when it has to', async () => {
  const { hold, locks, release, started } = holders();
  await hold('holder', 'maildrop');
  await hold('later', 'maildrop');
  const stop = new AbortController();
  const impatient = locks.hold(['maildrop'], stop.signal, AHEAD);
  stop.abort(new Error('Nobody waits any more.'));
  await expect(impatient).rejects.toThrow('Nobody waits any more.');
  const first = locks.hold(['maildrop'], undefined, AHEAD);
  await release('holder');
  expect(started).toEqual(['holder']);
  (await first)();
  await release('nobody');
  expect(started).toEqual(['holder', 'later']);
});
