import { expect, test } from 'vitest';
import { seeded } from '../model/seeded.ts';
import { PER_ROUND, runCampaign } from './campaign.ts';
import { clientSessions } from './client-sessions.ts';
import { hostileReply, PROTOCOLS } from './hostile-replies.ts';
import { parsersOf } from './parsers.ts';
import { reports } from './reports.ts';
import { shrink } from './shrink.ts';
import type { Subject } from './subject.ts';

test('clients, recorder, parsers and reports bear whatever a server says', async () => {
  await using clients = await clientSessions();
  const subjects = [clients, parsersOf(), reports];
  const { replies, misdeed } = await runCampaign({ seed: 20_260, replies: 6 * PER_ROUND, subjects });
  expect(misdeed).toBeNull();
  expect(replies).toBe(6 * PER_ROUND);
});

test('the same seed makes the same replies, and those of every protocol hold every octet', () => {
  for (const protocol of PROTOCOLS) {
    const [chance, again] = [seeded(7), seeded(7)];
    const made = Array.from({ length: 2_000 }, () => hostileReply(chance, protocol));
    expect(made).toEqual(Array.from({ length: 2_000 }, () => hostileReply(again, protocol)));
    expect(new Set(Buffer.concat(made)).size).toBe(256);
  }
});

test('a mistake is found, and told by the smallest input that leads to it', async () => {
  const careless: Subject = {
    name: 'careless',
    wrong: async (replies) =>
      replies.some((reply) => /\( *\{[1-9]/.test(reply.toString('latin1'))) ? 'It breaks.' : null,
  };
  const { misdeed } = await runCampaign({ seed: 1, replies: 100 * PER_ROUND, subjects: [careless] });
  expect(misdeed).toMatchObject({ subject: 'careless', problem: 'It breaks.' });
  const [smallest, ...others] = misdeed?.smallest ?? [];
  expect(others).toEqual([]);
  expect(smallest?.toString('latin1')).toMatch(/^\(\{[1-9]$/);
  const again = await runCampaign({ seed: misdeed?.seed ?? 0, replies: 1, subjects: [careless] });
  expect(again).toEqual({ replies: 0, misdeed });
});

test('what must stay together stays, and the rest becomes plain', async () => {
  const fails = async (replies: readonly Buffer[]) =>
    replies.some((reply) => reply.length > 4) && replies.some((reply) => reply.includes('!'));
  const input = ['many words', 'of no use', 'a word!', 'and more'].map((text) => Buffer.from(text));
  const smallest = (await shrink(input, fails)).map(String);
  expect(smallest).toEqual(['aaaa!']);
});

test('a reader that throws what it does not promise is a mistake, and one that throws what it promises is none', async () => {
  const atNul = (octets: Buffer) => {
    if (octets.includes(0)) throw new RangeError('A NUL.');
  };
  const surprised = parsersOf([['a reader', atNul, () => false]]);
  const { misdeed } = await runCampaign({ seed: 3, replies: 1, subjects: [surprised] });
  expect(misdeed).toMatchObject({ problem: 'a reader: RangeError: A NUL.', smallest: [Buffer.from([0])] });
  const prepared = parsersOf([['a reader', atNul, (thrown) => thrown instanceof RangeError]]);
  expect(await runCampaign({ seed: 3, replies: 1, subjects: [prepared] })).toMatchObject({ misdeed: null });
});
