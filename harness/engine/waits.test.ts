import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';
import { smtpPeer, startPeers } from './testing/peer-target.ts';

const obedient = smtpPeer({ NOOP: '250 ok', QUIT: '221 bye' });
const demand = 'NOOP is answered';

test('who waits on purpose keeps no connection from others meanwhile', async () => {
  await using peers = await startPeers({ mx: obedient }, { target: { connections: 1 } });
  const visited = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  const waiting = evaluate(
    checkOf(
      async ({ smtp, verify }) => {
        await (await smtp()).quit();
        visited.resolve();
        await other.promise;
        verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
      },
      { waits: () => 60_000 },
    ),
    peers.bench,
  );
  await visited.promise;
  const passing = await evaluate(
    checkOf(async ({ smtp, verify }) => {
      verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
    }),
    peers.bench,
  );
  other.resolve();
  expect(passing.verdict).toBe('pass');
  expect((await waiting).verdict).toBe('pass');
});

test('it takes its part of the connections when it opens them, and gives back what it forgot', async () => {
  await using peers = await startPeers({ mx: obedient }, { target: { connections: 2 } });
  let most = 0;
  const check = checkOf(
    async ({ smtp, verify }) => {
      const visits = Array.from({ length: 6 }, async (_, visit) => {
        const client = await smtp();
        const reply = await client.command('NOOP');
        most = Math.max(most, peers.connections.open);
        if (visit < 5) await client.quit();
        return reply;
      });
      for (const reply of await Promise.all(visits)) verify.reply(reply, demand).code(250);
    },
    { waits: () => 0, connections: 2 },
  );
  for (const round of [1, 2]) {
    expect((await evaluate(check, peers.bench)).verdict, `round ${round}`).toBe('pass');
  }
  expect(most).toBeLessThanOrEqual(2);
});

test('the time that it waits is added to its budget, and no more', async () => {
  await using peers = await startPeers({ mx: obedient }, {});
  const asked: string[] = [];
  const result = await evaluate(
    checkOf(({ pause }) => pause(60_000), {
      budget: '50ms',
      waits: (target) => {
        asked.push(target.name);
        return 150;
      },
    }),
    peers.bench,
  );
  expect(asked).toEqual(['scripted']);
  expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout' });
  expect(result.reason).toContain('within its budget of 200 ms');
});
