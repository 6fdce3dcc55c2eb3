import { expect, test } from 'vitest';
import { Inconclusive } from '../model/outcomes.ts';
import { startReferenceInLab } from '../reference/in-lab/reference-lab.ts';
import { openWorld } from './testing/open-world.ts';

test('a vantage for one use is handed out once, where it is wanted, and connects', async () => {
  const { server, access, close } = await startReferenceInLab();
  try {
    await using opened = openWorld(server.target, access);
    const { world, sessions, recorder } = opened;
    const [first] = world.vantages;
    const near = world.unusedVantage();
    const distant = world.unusedVantage('distant');
    expect(near.network).toBe(first?.network);
    expect(distant.network).not.toBe(first?.network);
    const taken = [near, distant];
    for (const { network } of access.unused)
      if (taken.filter((one) => one.network === network).length < count(access.unused, network))
        taken.push(world.unusedVantage(network === first?.network ? 'near' : 'distant'));
    expect(new Set(taken.map(({ address }) => address)).size).toBe(access.unused.length);
    expect(() => world.unusedVantage()).toThrow(Inconclusive);

    const client = await sessions.smtp({ vantage: distant.name, at: 'ready' });
    await client.quit();
    const connects = recorder.events.flatMap((event) =>
      'kind' in event && event.kind === 'connect' ? [event] : [],
    );
    expect(connects).toMatchObject([{ localAddress: expect.stringContaining(distant.address) }]);
  } finally {
    await close();
  }
});

test('mailboxes are read from another address than mail is sent from', async () => {
  const { server, access, close } = await startReferenceInLab();
  try {
    await using opened = openWorld(server.target, access);
    const { sessions } = opened;
    const addressOf = (local: string) => local.replace(/:\d+$/, '');
    const reading = [await sessions.pop3({ role: 'pop3' }), await sessions.imap({ role: 'imaps' })];
    const sending = await sessions.smtp();
    for (const { connection } of reading) {
      expect(addressOf(connection.localAddress)).toBe(access.reader.address);
    }
    expect(addressOf(sending.connection.localAddress)).toBe(access.vantages[0]?.address);
  } finally {
    await close();
  }
});

function count(vantages: readonly { readonly network: string }[], network: string): number {
  return vantages.filter((one) => one.network === network).length;
}
