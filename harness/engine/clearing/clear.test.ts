import { afterEach, describe, expect, test } from 'vitest';
import type { ReferenceCapability } from '../../reference/options.ts';
import { type ReferenceServer, startReference } from '../../reference/server.ts';
import { openRaw } from '../../reference/testing/raw-client.ts';
import { compose } from '../../steps/compose.ts';
import type { Bench } from '../bench.ts';
import { createBench } from '../create-bench.ts';
import { evaluate } from '../evaluate.ts';
import { checkOf } from '../testing/definition.ts';
import { clearOwnMessages } from './clear.ts';

let server: ReferenceServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The reference server as one that runs already. */
async function guestAt(
  without: readonly ReferenceCapability[] = [],
  over: { readonly permissions?: Bench['target']['permissions'] } = {},
) {
  server = await startReference({ without });
  const target = {
    ...server.target,
    permissions: over.permissions ?? (['safe', 'sends-mail'] as const),
    guest: { paceMs: 0, authority: 'the test', contact: 'ask@example.test' },
  };
  const bench = createBench({ target, runId: 'run-1', evidenceFolder: null });
  const [first, second] = target.accounts;
  if (!first || !second) throw new Error('The reference server has two accounts.');
  return { server, bench, first, second };
}

/** Brings messages of the run into a mailbox. */
async function bringOwn(bench: Bench, recipient: string, count: number): Promise<void> {
  const check = checkOf(
    async (services) => {
      const { helloName, offer, nonce, verify } = services;
      for (let one = 0; one < count; one += 1) {
        const sender = `probe@${helloName}`;
        const content = compose(services, { from: sender, to: recipient, token: `${nonce}-${one}` });
        const { disposition } = await offer({ content, sender, recipient });
        verify.equal(disposition, 'accepted', 'it is taken');
      }
    },
    { roles: ['mx'], budget: '20s' },
  );
  const { verdict, reason } = await evaluate(check, bench);
  expect(`${verdict}: ${reason}`).toMatch(/^pass/);
}

/** Brings a message of somebody else. */
async function bringForeign({ target }: ReferenceServer, recipient: string, subject: string): Promise<void> {
  const client = await openRaw(target.endpoints.mx);
  await client.reply();
  for (const line of [
    'HELO friend.example',
    'MAIL FROM:<jane@friend.example>',
    `RCPT TO:<${recipient}>`,
    'DATA',
  ])
    expect(await client.ask(line)).toMatch(/^[23]/);
  client.say('From: <jane@friend.example>');
  client.say(`Subject: ${subject}`);
  client.say('');
  expect(await client.ask('.')).toMatch(/^250/);
  client.close();
}

const subjectsIn = (at: ReferenceServer, address: string) =>
  at.mailbox(address).map(({ content }) => /^Subject: (.*)\r$/m.exec(content.toString('latin1'))?.[1]);

describe.each([
  ['IMAP', []],
  ['POP3', ['imap', 'imaps']],
] as const)('by %s', (_way, without) => {
  test('own messages of both accounts go, and those of others stay', async () => {
    const { server: at, bench, first, second } = await guestAt(without);
    await bringForeign(at, first.address, 'Lunch');
    await bringOwn(bench, first.address, 3);
    await bringForeign(at, first.address, 'Dinner');
    await bringOwn(bench, second.address, 1);
    expect(at.mailbox(first.address)).toHaveLength(5);
    await bench.close();
    const cleared = await clearOwnMessages(bench, new Date());
    expect(cleared).toMatchObject({
      control: 'own-messages',
      state: 'found',
      line: '4 messages of this run were deleted, none could not be; what arrives later stays.',
    });
    expect(subjectsIn(at, first.address)).toEqual(['Lunch', 'Dinner']);
    expect(at.mailbox(second.address)).toHaveLength(0);
  });
});

test('every composed message says of which audit it is, and whom to ask', async () => {
  const { server: at, bench, first } = await guestAt();
  await bringOwn(bench, first.address, 1);
  const [message] = at.mailbox(first.address);
  const text = message?.content.toString('latin1') ?? '';
  expect(text).toContain('\r\nX-Mailspec-Audit: run run-1; ask ask@example.test\r\n');
  expect(text).toMatch(
    /\r\nThis is a test message of the mailspec run run-1, .* Questions: ask@example\.test\r\n$/,
  );
});

test('a server that the run made itself is not told, and is not cleared', async () => {
  server = await startReference();
  const bench = createBench({ target: server.target, runId: 'run-1', evidenceFolder: null });
  const { address } = server.target.accounts[0] ?? { address: '' };
  await bringOwn(bench, address, 1);
  expect(server.mailbox(address)[0]?.content.toString('latin1')).not.toMatch(/X-Mailspec-Audit|mailspec run/);
  expect(await clearOwnMessages(bench, new Date())).toBeNull();
  expect(server.mailbox(address)).toHaveLength(1);
});

test('a mailbox that nobody may look into is said to be left as it is', async () => {
  const { bench, first } = await guestAt();
  await bringOwn(bench, first.address, 1);
  const { target } = bench;
  const locked = {
    ...bench,
    target: { ...target, accounts: target.accounts.map((one) => ({ ...one, password: 'changed' })) },
  };
  const cleared = await clearOwnMessages(locked, new Date());
  expect(cleared).toMatchObject({ state: 'broke-off', cause: 'precondition' });
  expect(cleared?.line).toContain(
    `In the mailbox of ${first.address}: it could not be looked for messages of this run.`,
  );
  expect(cleared?.line).not.toContain('changed');
});

test('without the permission to send there is nothing to delete, and nobody logs in for it', async () => {
  const { bench } = await guestAt([], { permissions: ['safe'] });
  expect(await clearOwnMessages(bench, new Date())).toBeNull();
});
