import { expect, test } from 'vitest';
import { lines } from '../../wire/bytes.ts';
import { createMemory, LARGEST, quotesToken } from './memory.ts';

const sighting = (uid: number) => ({ mailbox: 'INBOX', number: `UID ${uid}` });

test('the newest messages are kept, within the limit, and a large one is never', () => {
  const memory = createMemory(40_000);
  const body = 'x '.repeat(450);
  const sightings = Array.from({ length: 100 }, (_, uid) => sighting(uid));
  for (const [uid, one] of sightings.entries()) memory.keep(one, lines(`Subject: token-${uid}`, '', body));
  const kept = sightings.filter((one) => memory.recall(one));
  expect(kept.length).toBeGreaterThan(15);
  // Octets and the text in which tokens are looked for.
  expect(kept.length * 2 * 900).toBeLessThan(40_000);
  expect(kept).toEqual(sightings.slice(-kept.length));
  const large = memory.keep(sighting(101), Buffer.alloc(LARGEST + 1, 'x'));
  expect(large.bytes).toHaveLength(LARGEST + 1);
  expect(memory.recall(large.sighting)).toBeUndefined();
  expect(kept.every((one) => memory.recall(one))).toBe(true);
});

test('what is kept does not keep alive what it was cut out of', () => {
  const memory = createMemory();
  const received = Buffer.concat([lines('Subject: token', '', 'text'), Buffer.alloc(100_000)]);
  const arrival = memory.keep(sighting(1), received.subarray(0, 20));
  expect(arrival.bytes.buffer).not.toBe(received.buffer);
  expect(quotesToken(arrival, 'TOKEN')).toBe(true);
});
