import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { MAILDROP } from '../../check/check.ts';
import type { CheckDefinition } from '../../check/define.ts';
import type { Services } from '../../check/services.ts';
import { openBenchLab } from '../../lab/check-lab.ts';
import type { ControlResult } from '../../model/control-result.ts';
import { startReferenceInLab } from '../../reference/in-lab/reference-lab.ts';
import type { ReferenceCapability, ReferenceOptions } from '../../reference/options.ts';
import { compose } from '../../steps/compose.ts';
import { openPop3 } from '../../steps/pop3-login.ts';
import { createBench } from '../create-bench.ts';
import { evaluate } from '../evaluate.ts';
import { checkOf } from '../testing/definition.ts';

const BY_POP3: readonly ReferenceCapability[] = ['imap', 'imaps'];

/** The reference in its lab, with a bench that is closed at the end. */
async function referenceBench(
  without: readonly ReferenceCapability[] = [],
  { cleartextSecret, ...over }: { readonly connections?: number; readonly cleartextSecret?: boolean } = {},
  options: Pick<ReferenceOptions, 'faults' | 'life'> = {},
) {
  const { server, access, close } = await startReferenceInLab({ without, ...options });
  const controls: ControlResult[] = [];
  const bench = createBench({
    target: {
      ...server.target,
      ...over,
      accounts: server.target.accounts.map((one) => ({
        ...one,
        cleartextSecret: cleartextSecret ?? one.cleartextSecret,
      })),
    },
    lab: openBenchLab(access),
    runId: 'test',
    evidenceFolder: null,
    onControl: (control) => controls.push(control),
  });
  return {
    controls,
    close: bench.close,
    bench,
    async run(body: (services: Services) => Promise<void>, over: Partial<CheckDefinition> = {}) {
      const check = checkOf(body, { roles: ['mx'], budget: '20s', connections: 2, ...over });
      const { verdict, reason } = await evaluate(check, bench);
      return `${verdict}: ${reason}`;
    },
    async [Symbol.asyncDispose]() {
      await bench.close();
      await close();
    },
  };
}

/** Puts a message into the mailbox of the first account. */
async function send(services: Services, token: string): Promise<Buffer> {
  const { account, helloName, offer, verify } = services;
  const from = `probe@${helloName}`;
  const content = compose(services, { from, to: account().address, token, id: `${token}@${helloName}` });
  const offered = await offer({ content, sender: from });
  verify.equal(offered.disposition, 'accepted', 'it is taken');
  return content;
}

/** Sends a message and waits for it. */
async function roundTrip(services: Services, label: string): Promise<void> {
  const token = `${label}-${services.nonce}`;
  const sent = await send(services, token);
  services.verify.found(await services.inMailbox({ token, sent }), 'it arrives', { what: 'a message' });
}

describe.each([
  ['IMAP', [], /^\d+ messages in \d+ mailbox(es)?, 1 login, \d+ looks?$/],
  ['POP3', BY_POP3, /^\d+ messages in 1 mailbox, \d+ logins?, \d+ looks?$/],
] as const)('by %s', (_way, without, line) => {
  test('many checks find their messages, before and after they begin to wait', async () => {
    await using reference = await referenceBench(without);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, one) => reference.run((services) => roundTrip(services, `one${one}`))),
    );
    for (const outcome of outcomes) expect(outcome).toMatch(/^pass/);
    const late = await reference.run(async (services) => {
      const { inMailbox, nonce, verify } = services;
      const arrival = inMailbox({ token: nonce, sent: Buffer.alloc(0) });
      await delay(500);
      await send(services, nonce);
      verify.found(await arrival, 'it arrives late', { what: 'a message' });
      const nothing = await inMailbox({ token: `not-${nonce}`, sent: Buffer.alloc(0), withinMs: 0 });
      verify.absent(nothing, 'no other does', { what: 'a message', as: ({ mailbox }) => mailbox });
    });
    expect(late).toMatch(/^pass/);
    await reference.close();
    expect(reference.controls[0]?.line).toMatch(line);
  });
});

describe('a mailbox to which the best way lets nobody in safely', () => {
  const IN_CLEAR: readonly ReferenceCapability[] = ['imap', 'imaps', 'pop3s', 'pop3-stls'];
  const faults = ['pop3-accepts-user-pass-before-tls'] as const;

  test('is read in the clear where the account allows that', async () => {
    await using reference = await referenceBench(IN_CLEAR, {}, { faults });
    expect(await reference.run((services) => roundTrip(services, 'clear'))).toMatch(/^pass/);
    await reference.close();
    expect(reference.controls[0]?.line).toMatch(/^1 message in 1 mailbox/);
  });

  test('is not where it does not', async () => {
    await using reference = await referenceBench(IN_CLEAR, { cleartextSecret: false }, { faults });
    expect(await reference.run((services) => roundTrip(services, 'clear'))).toMatch(/does not offer STLS/);
    await reference.close();
    const transcript = reference.controls.flatMap((control) => control.transcript.map(({ text }) => text));
    expect(transcript.filter((text) => text.includes('PASS'))).toEqual([]);
  });

  test('is read on the next way that is declared', async () => {
    await using reference = await referenceBench(['imaps', 'imap-starttls', 'pop3s']);
    const outcomes = await Promise.all(
      ['a', 'b'].map((label) => reference.run((services) => roundTrip(services, label))),
    );
    for (const outcome of outcomes) expect(outcome).toMatch(/^pass/);
    await reference.close();
    expect(reference.controls[0]?.line).toMatch(/^2 messages in 1 mailbox/);
    (await reference.bench.locks.hold([MAILDROP]))();
  });
});

describe('a maildrop that one session has for itself', () => {
  test('is visited while somebody who holds it waits, and left alone while they use it', async () => {
    await using reference = await referenceBench(BY_POP3);
    const holder = (label: string) =>
      reference.run(
        async (services) => {
          await roundTrip(services, label);
          const client = await openPop3(services);
          // Looks of others would be refused meanwhile, and would count as such.
          await delay(700);
          await client.quit();
        },
        { resources: [MAILDROP], roles: ['pop3s'], needs: ['account'] },
      );
    const outcomes = await Promise.all([
      holder('a'),
      reference.run((services) => roundTrip(services, 'b')),
      holder('c'),
      reference.run((services) => roundTrip(services, 'd')),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatch(/^pass/);
    await reference.close();
    const transcript = reference.controls.flatMap((control) => control.transcript.map(({ text }) => text));
    expect(transcript.filter((text) => text.includes('-ERR'))).toEqual([]);
    (await reference.bench.locks.hold([MAILDROP]))();
  });

  test('costs a check no time while others hold it', async () => {
    await using reference = await referenceBench(BY_POP3);
    const free = await reference.bench.locks.hold([MAILDROP]);
    const waiting = reference.run(
      async ({ inMailbox, nonce, verify }) => {
        const nothing = await inMailbox({ token: nonce, sent: Buffer.alloc(0), withinMs: 0 });
        verify.absent(nothing, 'nothing is there', { what: 'a message', as: ({ mailbox }) => mailbox });
      },
      { budget: '500ms' },
    );
    await delay(1_500);
    free();
    expect(await waiting).toMatch(/^pass/);
  });

  test('is not waited for by who has the connections that its holder waits for', async () => {
    await using reference = await referenceBench(BY_POP3, { connections: 2 });
    const needs = ['account', 'mailbox'] as const;
    const holder = (label: string) =>
      reference.run((services) => roundTrip(services, label), { resources: [MAILDROP], needs: ['account'] });
    const outcomes = await Promise.all([
      reference.run((services) => roundTrip(services, 'a'), { needs }),
      holder('b'),
      reference.run((services) => roundTrip(services, 'c'), { needs }),
      reference.run((services) => roundTrip(services, 'd'), { needs, waits: () => 5_000 }),
      holder('e'),
      reference.run((services) => roundTrip(services, 'f'), { needs }),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatch(/^pass/);
  });
});

test('a delay that a server demands between two logins is honoured, and costs a check no time', async () => {
  await using reference = await referenceBench(BY_POP3, {}, { life: { loginDelay: 3 } });
  const outcomes = await Promise.all(
    ['a', 'b', 'c'].map((label) =>
      reference.run(
        async (services) => {
          if (label === 'c') await (await openPop3(services)).quit();
          await roundTrip(services, label);
        },
        { budget: '4s', resources: [MAILDROP] },
      ),
    ),
  );
  for (const outcome of outcomes) expect(outcome).toMatch(/^pass/);
  await reference.close();
  const transcript = reference.controls.flatMap((control) => control.transcript.map(({ text }) => text));
  expect(transcript.filter((text) => text.includes('LOGIN-DELAY]')).length).toBeLessThanOrEqual(1);
});
