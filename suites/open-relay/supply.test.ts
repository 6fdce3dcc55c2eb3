import { expect, test } from 'vitest';
import type { SmtpReply } from '../../harness/check/check.ts';
import { createSupply } from './supply.ts';

const reply = (code: number, text: string): SmtpReply => ({ code, enhanced: undefined, lines: [text], text });

/** How many sessions so many transactions take. */
async function sessionsFor(transactions: number, slowMs: number, code: number): Promise<number> {
  let opened = 0;
  const supply = createSupply(async () => {
    opened += 1;
    return {
      connection: { ended: undefined, close: () => undefined },
      attempt: async () => ({ kind: 'reply' as const, reply: reply(250, 'Ok') }),
    };
  }, slowMs);
  for (let done = 0; done < transactions; done += 1)
    await supply.use(async () => ({ kind: 'refused', stage: 'RCPT', reply: reply(code, 'Relaying denied') }));
  supply.close();
  return opened;
}

test.each([
  ['two at a time', Number.POSITIVE_INFINITY, 550, 2],
  ['alone where a transaction is slow', -1, 550, 4],
  ['alone where they are put off', Number.POSITIVE_INFINITY, 450, 4],
])('four transactions use sessions %s', async (_, slowMs, code, sessions) => {
  expect(await sessionsFor(4, slowMs, code)).toBe(sessions);
});
