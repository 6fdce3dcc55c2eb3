import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { CheckDefinition } from '../../check/define.ts';
import type { Services } from '../../check/services.ts';
import type { ControlResult } from '../../model/control-result.ts';
import type { Target } from '../../model/target.ts';
import { lines } from '../../wire/bytes.ts';
import { evaluate } from '../evaluate.ts';
import { checkOf } from '../testing/definition.ts';
import { type ImapPeer, imapPeer } from '../testing/imap-peer.ts';
import { PASSWORD, startPeers } from '../testing/peer-target.ts';

const TOKEN = 'token-0123456789abcdef';
const letter = (token: string, ...body: readonly string[]) => lines(`Subject: ${token}`, '', ...body);

/** A scripted server and checks that wait for messages in a mailbox of it. */
async function watching(peer: ImapPeer, target: Partial<Target> = {}) {
  const results: ControlResult[] = [];
  const peers = await startPeers(
    { imaps: peer.script },
    { target, onControl: (result) => results.push(result) },
  );
  let told = 0;
  /** The outcome of a check that looks for the token: the mailbox, `none`, or why it failed. */
  async function waiter(
    over: Partial<Parameters<Services['inMailbox']>[0]> = {},
    facts: Partial<CheckDefinition> = {},
    signal: AbortSignal = peers.bench.signal,
  ): Promise<string> {
    let outcome = '';
    const check = checkOf(
      async ({ inMailbox, verify }) => {
        const found = await inMailbox({ token: TOKEN, sent: Buffer.alloc(0), withinMs: 5_000, ...over });
        outcome = found?.mailbox ?? 'none';
        verify.met('the wait ended', outcome);
      },
      { roles: ['imaps'], ...facts },
    );
    const result = await evaluate(check, { ...peers.bench, signal });
    told += result.transcript.filter(({ text }) => text.includes('control mailbox-of-1')).length;
    return outcome || result.reason;
  }
  return {
    peers,
    results,
    waiter,
    told: () => told,
    async [Symbol.asyncDispose]() {
      await peers.bench.close();
      await peers[Symbol.asyncDispose]();
    },
  };
}

describe('a mailbox is watched in one session', () => {
  test('for messages that came before, that come later, and in every mailbox', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    peer.deliver('INBOX', letter(TOKEN));
    expect(await watch.waiter()).toBe('INBOX');
    const late = watch.waiter({ token: 'late-one' });
    await delay(300);
    peer.deliver('Junk', letter('late-one'));
    expect(await late).toBe('Junk');
    expect(await watch.waiter({ token: 'never', withinMs: 0 })).toBe('none');
    // What was seen is found again without a look.
    const before = peer.commands.length;
    expect(await watch.waiter()).toBe('INBOX');
    expect(peer.commands.length).toBe(before);
    expect(watch.told()).toBe(4);
    await watch.peers.bench.close();
    expect(peer.count('LOGIN')).toBe(1);
    expect(peer.count('UID FETCH 1 (UID FLAGS')).toBe(1);
    expect(watch.results).toMatchObject([
      { control: 'mailbox-of-1', state: 'found', title: 'The mailbox of alice@example.test is watched' },
    ]);
    expect(watch.results[0]?.line).toMatch(/^2 messages in 2 mailboxes, 1 login, \d+ looks?$/);
    expect(JSON.stringify(watch.results)).not.toContain(PASSWORD);
    await expect.poll(() => watch.peers.connections.open).toBe(0);
  });

  test('passes over reports, unless any message is wanted', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    peer.deliver('INBOX', lines('Content-Type: multipart/report; boundary=b', '', TOKEN));
    expect(await watch.waiter({ withinMs: 0 })).toBe('none');
    const check = checkOf(
      async ({ returnedMail, verify }) => {
        verify.found(await returnedMail({ token: TOKEN, withinMs: 0 }), 'a report', { what: 'it' });
      },
      { roles: ['imaps'] },
    );
    expect((await evaluate(check, watch.peers.bench)).verdict).toBe('pass');
  });

  test('and all who wait share its looks; nobody looks while nobody waits', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    const waits = Array.from({ length: 5 }, (_, one) => watch.waiter({ token: `one-${one}` }));
    await delay(1_000);
    const looks = peer.count('LIST');
    expect(looks).toBeGreaterThan(2);
    expect(looks).toBeLessThan(7);
    for (const [one] of waits.entries()) peer.deliver('INBOX', letter(`one-${one}`));
    expect(await Promise.all(waits)).toEqual(Array(5).fill('INBOX'));
    expect(peer.count('LOGIN')).toBe(1);
    await delay(50);
    const rested = peer.commands.length;
    await delay(600);
    expect(peer.commands.slice(rested)).toEqual([]);
    expect(peer.commands.at(-1)).toBe('CLOSE');
  });

  test('whose looks are rarer where a look takes long', async () => {
    const peer = await imapPeer();
    peer.delayMs = 150;
    await using watch = await watching(peer);
    expect(await watch.waiter({ withinMs: 2_500 })).toBe('none');
    // A look has three commands of 150 ms, and the pause is as long.
    expect(peer.count('LIST')).toBeLessThanOrEqual(5);
  });

  test('which fetches large messages for nobody who does not want them', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    const large = Array<string>(16_000).fill('x'.repeat(70));
    peer.deliver('INBOX', letter('large-one', ...large));
    expect(await watch.waiter({ token: 'other', withinMs: 0 })).toBe('none');
    expect(peer.count('UID FETCH 1 (UID FLAGS')).toBe(0);
    expect(await watch.waiter({ token: 'large-one' })).toBe('INBOX');
    const waiting = watch.waiter({ token: 'large-two' });
    await delay(300);
    peer.deliver('Junk', letter('large-two', ...large));
    expect(await waiting).toBe('Junk');
    expect(peer.count('UID FETCH 1 (UID FLAGS')).toBe(1);
  });

  test('that is begun anew where the server ends it, also while nobody waits', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    const waiting = watch.waiter();
    await expect.poll(() => peer.count('LIST')).toBeGreaterThan(0);
    peer.drop();
    await delay(100);
    peer.deliver('INBOX', letter(TOKEN));
    expect(await waiting).toBe('INBOX');
    peer.drop();
    await delay(50);
    expect(await watch.waiter({ token: 'never', withinMs: 0 })).toBe('none');
    await watch.peers.bench.close();
    expect(peer.count('LOGIN')).toBe(3);
    expect(watch.results[0]?.line).toContain('2 sessions that broke or that the server ended');
  });
});

describe('a login that is refused', () => {
  test('ends every wait with its reason; one more is tried, not one for each', async () => {
    const peer = await imapPeer();
    peer.refusal = `NO [AUTHENTICATIONFAILED] not ${PASSWORD}`;
    await using watch = await watching(peer);
    const waits = () => Promise.all(Array.from({ length: 4 }, () => watch.waiter()));
    for (const reason of await waits()) {
      expect(reason).toContain('alice@example.test at imaps, which this check builds on, is refused');
      expect(reason).toContain('[AUTHENTICATIONFAILED]');
      expect(reason).not.toContain(PASSWORD);
    }
    expect(peer.count('LOGIN')).toBe(1);
    await waits();
    await waits();
    expect(peer.count('LOGIN')).toBe(2);
    await watch.peers.bench.close();
    expect(watch.results).toMatchObject([{ state: 'broke-off', cause: 'precondition' }]);
  });

  test('once does not hinder the next one', async () => {
    const peer = await imapPeer();
    peer.refusal = 'NO [UNAVAILABLE] later';
    await using watch = await watching(peer);
    expect(await watch.waiter()).toContain('[UNAVAILABLE]');
    peer.refusal = undefined;
    peer.deliver('INBOX', letter(TOKEN));
    expect(await watch.waiter()).toBe('INBOX');
  });
});

describe('a check that is ended', () => {
  test('while it waits leaves nothing open', async () => {
    const peer = await imapPeer();
    peer.delayMs = 200;
    await using watch = await watching(peer);
    for (const after of [50, 300, 900]) {
      const stop = new AbortController();
      const waiting = watch.waiter({}, {}, stop.signal);
      await delay(after);
      stop.abort();
      expect(await waiting).toContain('The run was ended before the check was.');
      await expect.poll(() => watch.peers.connections.open).toBe(0);
    }
    const all = await watch.peers.bench.slots.take(8);
    all();
  });

  test('ends the wait of nobody else', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer);
    const stop = new AbortController();
    const ended = watch.waiter({}, {}, stop.signal);
    const other = watch.waiter();
    await delay(300);
    stop.abort();
    await ended;
    peer.deliver('INBOX', letter(TOKEN));
    expect(await other).toBe('INBOX');
    expect(peer.count('LOGIN')).toBe(1);
  });
});

describe('connections', () => {
  test('who waits lends a slot, so that one for all is enough', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer, { connections: 1 });
    peer.deliver('INBOX', letter(TOKEN));
    const waits = Array.from({ length: 3 }, () => watch.waiter({ withinMs: 0 }));
    expect(await Promise.all(waits)).toEqual(Array(3).fill('INBOX'));
    expect(await watch.waiter({}, { waits: () => 1_000 })).toBe('INBOX');
  });

  test('the slot of a session that rests is given back when somebody wants it', async () => {
    const peer = await imapPeer();
    await using watch = await watching(peer, { connections: 2 });
    expect(await watch.waiter({ withinMs: 0 }, { waits: () => 1_000 })).toBe('none');
    await delay(50);
    expect(watch.peers.connections.open).toBe(1);
    const began = performance.now();
    (await watch.peers.bench.slots.take(2))();
    expect(performance.now() - began).toBeLessThan(2_500);
    await delay(20);
    expect(watch.peers.connections.open).toBe(0);
  });

  test('a server that allows one session per user serves the checks and the watch', async () => {
    const peer = await imapPeer();
    peer.sessions = 1;
    await using watch = await watching(peer);
    const waiting = watch.waiter({ withinMs: 20_000 });
    await delay(300);
    const own = await evaluate(
      checkOf(
        async ({ imap, account, mailboxes, verify, pause }) => {
          const { login, password } = account();
          for (;;) {
            const client = await imap();
            const reply = await client.login(login, password);
            if (reply.status === 'OK') {
              await client.logout();
              return void verify.met('there is room', reply.text);
            }
            client.connection.close();
            mailboxes.makeRoom(account());
            await pause(500);
          }
        },
        { roles: ['imaps'] },
      ),
      watch.peers.bench,
    );
    expect(own.verdict).toBe('pass');
    peer.deliver('INBOX', letter(TOKEN));
    expect(await waiting).toBe('INBOX');
    await delay(50);
    // Where sessions are scarce, none rests.
    expect(watch.peers.connections.open).toBe(0);
  });

  test('a session that has rested ends when somebody else visits the mailboxes', async () => {
    const peer = await imapPeer();
    peer.sessions = 1;
    await using watch = await watching(peer);
    await watch.waiter({ withinMs: 0 });
    await delay(2_100);
    const visit = await evaluate(
      checkOf(
        async ({ imap, account, verify }) => {
          const client = await imap();
          const { status } = await client.login(account().login, account().password);
          verify.equal(status, 'OK', 'there is room');
        },
        { roles: ['imaps'] },
      ),
      watch.peers.bench,
    );
    expect(visit.verdict).toBe('pass');
  });
});
