import { expect, test } from 'vitest';
import type { Services } from '../check/services.ts';
import { LabFailed } from '../lab/ask.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { ownDelay } from '../wire/own-delay.ts';
import { askOnceMore } from './ask-once-more.ts';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';
import { smtpPeer, startPeers } from './testing/peer-target.ts';

type Body = (services: Services) => Promise<void>;

const obedient = smtpPeer({ NOOP: '250 ok', QUIT: '221 bye' });
const holds: Body = async ({ smtp, verify }) => {
  verify.reply(await (await smtp()).command('NOOP'), 'NOOP is answered').code(250);
};

/** A body that is one the first time, and another from then on. */
function first(once: Body, later: Body = holds): Body {
  let calls = 0;
  return (services) => {
    calls += 1;
    return calls === 1 ? once(services) : later(services);
  };
}

test('what our delays left undecided is decided the second time', async () => {
  await using peers = await startPeers({ mx: obedient });
  const check = checkOf(
    first(async ({ smtp }) => {
      const client = await smtp();
      ownDelay.add(2_000);
      await client.reply('a reply that never comes', 10);
    }),
  );
  const before = await evaluate(check, peers.bench);
  expect(before).toMatchObject({ verdict: 'inconclusive', cause: 'timeout', attempt: 1 });
  const after = await askOnceMore(check, before, peers.bench);
  expect(after).toMatchObject({ verdict: 'pass', attempt: 2 });
  expect(after?.reason).toMatch(
    /It was asked once more, alone, because this machine had not let the harness run for 2\d{3} ms; the first time it was inconclusive \(timeout\): mx: Nothing complete arrived/,
  );
  expect(after?.transcript[0]?.text ?? '').toContain('asked once more');
});

test('what cannot be told the second time either, by our delays, says so', async () => {
  await using peers = await startPeers({ mx: obedient });
  const delayed: Body = async ({ smtp }) => {
    const client = await smtp();
    ownDelay.add(2_000);
    await client.reply('a reply that never comes', 10);
  };
  const check = checkOf(delayed);
  const after = await askOnceMore(check, await evaluate(check, peers.bench), peers.bench);
  expect(after).toMatchObject({ verdict: 'inconclusive', cause: 'harness', attempt: 2 });
  expect(after?.reason).toContain('This machine did not let the harness run for 20');
});

test('a condition that was not met counts as a matter of the machine where that stood still for long', async () => {
  await using peers = await startPeers({ mx: obedient });
  const unmet =
    (delayMs: number): Body =>
    async ({ smtp, inconclusive }) => {
      await smtp();
      ownDelay.add(delayMs);
      inconclusive('precondition', 'The message did not arrive.');
    };
  const slow = checkOf(first(unmet(5_000)));
  expect(await askOnceMore(slow, await evaluate(slow, peers.bench), peers.bench)).toMatchObject({
    verdict: 'pass',
  });
  const quick = checkOf(first(unmet(0)));
  expect(await askOnceMore(quick, await evaluate(quick, peers.bench), peers.bench)).toBeNull();
});

test('silence of the target without delays of ours stands', async () => {
  await using peers = await startPeers({ mx: obedient });
  const check = checkOf(async ({ smtp }) => void (await (await smtp()).reply('never', 10)));
  const before = await evaluate(check, peers.bench);
  expect(before).toMatchObject({ verdict: 'inconclusive', cause: 'timeout' });
  expect(await askOnceMore(check, before, peers.bench)).toBeNull();
});

test('a lab that failed once is asked again; other surroundings are not', async () => {
  await using peers = await startPeers({ mx: obedient });
  const late = checkOf(
    first(async () => {
      throw new LabFailed('The lab could not open a receiving server: no answer within 10000 ms');
    }),
  );
  const after = await askOnceMore(late, await evaluate(late, peers.bench), peers.bench);
  expect(after).toMatchObject({ verdict: 'pass', attempt: 2 });
  const none = checkOf(async () => {
    throw new Inconclusive('environment', 'The target trusts an address.');
  });
  expect(await askOnceMore(none, await evaluate(none, peers.bench), peers.bench)).toBeNull();
});

test('a target that was away for a moment is asked again once it is back, and not before', async () => {
  let away = true;
  await using peers = await startPeers({
    mx: async (peer) => {
      if (away) peer.socket.destroy();
      else await obedient(peer);
    },
  });
  const check = checkOf(holds);
  const before = await evaluate(check, peers.bench);
  expect(before.verdict).toBe('inconclusive');
  expect(await askOnceMore(check, before, peers.bench)).toBeNull();
  away = false;
  const after = await askOnceMore(check, before, peers.bench);
  expect(after).toMatchObject({ verdict: 'pass', attempt: 2 });
  expect(after?.reason).toContain('the target had stopped answering, and answers again');
});

test('a violation stands, whatever our delays were', async () => {
  await using peers = await startPeers({ mx: obedient });
  const check = checkOf(async ({ verify }) => {
    ownDelay.add(5_000);
    verify.that(false, { demand: 'd', expected: 'a', actual: 'b' });
  });
  const before = await evaluate(check, peers.bench);
  expect(before.verdict).toBe('fail');
  expect(await askOnceMore(check, before, peers.bench)).toBeNull();
});
