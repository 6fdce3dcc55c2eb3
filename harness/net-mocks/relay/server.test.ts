import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createJournal, type Journal } from '../journal/journal.ts';
import { type Endpoint, listen } from '../wire/listen.ts';
import { connectThroughRelay, RelayError } from './client.ts';
import { allowOnly, parseNetwork } from './destinations.ts';
import type { RelayRule } from './rules.ts';

import { parseRelay, type Relay, type RelayOptions, startRelay } from './server.ts';
import type { RelayConnection } from './tunnels.ts';

let journal: Journal<RelayConnection>;
let relays: Relay[];
let target: Server;
let seen: Socket[];
let to: Endpoint;

beforeEach(async () => {
  journal = createJournal();
  relays = [];
  seen = [];
  target = createServer({ allowHalfOpen: true }, (socket) => {
    seen.push(socket);
    socket.on('error', () => socket.destroy());
    socket.write(`you are ${socket.remoteAddress}\n`);
    socket.on('data', (chunk) => (chunk.includes('reset') ? socket.resetAndDestroy() : socket.write(chunk)));
    socket.on('end', () => socket.end('bye'));
  });
  to = await listen(target, { address: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const relay of relays) await relay.close();
  for (const socket of seen) socket.destroy();
  target.close();
});

async function open(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await startRelay(parseRelay({ name: 'r', ...options }, 'relay'), journal);
  relays.push(relay);
  return relay;
}

test.each(['127.4.5.6', '127.77.0.1'])(
  'what goes through it comes from its address %s',
  async (sourceAddress) => {
    const relay = await open({ sourceAddress });
    const socket = await connectThroughRelay(relay.endpoint, to);
    const [line] = await once(socket, 'data');
    expect(line.toString()).toBe(`you are ${sourceAddress}\n`);
    socket.write('\0\xff');
    expect((await once(socket, 'data'))[0].toString()).toBe('\0\xff');
    // Half-closing passes: the other direction stays open.
    socket.end();
    expect((await once(socket, 'data'))[0].toString()).toBe('bye');
    expect(await journal.wait((entry) => entry.closed, { deadlineMs: 10_000 })).toMatchObject({
      relay: 'r',
      outcome: 'connected',
      destination: `127.0.0.1:${to.port}`,
      source: { address: sourceAddress },
    });
  },
);

test('a relay with several addresses connects from the one that is asked for, and from no other', async () => {
  const sourceAddresses = ['127.4.5.7', '127.4.5.8'];
  const relay = await open({ sourceAddress: '127.4.5.6', sourceAddresses });
  for (const from of [undefined, '127.4.5.6', ...sourceAddresses]) {
    const socket = await connectThroughRelay(relay.endpoint, to, undefined, from);
    const [line] = await once(socket, 'data');
    expect(line.toString()).toBe(`you are ${from ?? '127.4.5.6'}\n`);
    socket.destroy();
  }
  const attempt = connectThroughRelay(relay.endpoint, to, undefined, '127.4.5.9');
  await expect(attempt).rejects.toMatchObject({ status: 403, message: /does not connect from 127\.4\.5\.9/ });
});

test('a reset by the destination is a reset for the client', async () => {
  const socket = await connectThroughRelay((await open()).endpoint, to);
  socket.write('reset');
  await expect(once(socket.resume(), 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

describe('refusals', () => {
  test.each(['192.0.2.1', '203.0.113.7', '0.0.0.0', '::', '::ffff:192.0.2.1', '169.254.169.254'])(
    'nothing goes to %s',
    async (address) => {
      const relay = await open();
      const attempt = connectThroughRelay(relay.endpoint, { address, port: 25 });
      await expect(attempt).rejects.toBeInstanceOf(RelayError);
      await expect(attempt).rejects.toMatchObject({ status: 403 });
      expect(journal.since(1).entries).toMatchObject([{ outcome: 'not-allowed', source: null }]);
    },
  );

  test('lab networks are allowed where they are named', () => {
    const allowed = allowOnly([parseNetwork('203.0.113.0/24', 'n'), parseNetwork('fd00:7::/64', 'n')]);
    expect(['203.0.113.9', '127.9.9.9', 'fd00:7::1', '::1', '::ffff:127.0.0.1'].map(allowed)).toEqual(
      Array(5).fill(true),
    );
    expect(['203.0.114.9', 'fd00:8::1', '10.0.0.1', '::ffff:10.0.0.1'].map(allowed)).toEqual(
      Array(4).fill(false),
    );
  });

  test('a closed port is told apart', async () => {
    const relay = await open();
    await expect(
      connectThroughRelay(relay.endpoint, { address: '127.0.0.1', port: 1 }),
    ).rejects.toMatchObject({
      status: 502,
      code: 'ECONNREFUSED',
    });
  });

  test('a request that is not CONNECT, or names no port, is a mistake', async () => {
    const { endpoint } = await open();
    expect((await fetch(`http://127.0.0.1:${endpoint.port}/`)).status).toBe(405);
    await expect(connectThroughRelay(endpoint, { address: 'a:b', port: 0 })).rejects.toMatchObject({
      status: 400,
    });
  });

  test('options are checked', () => {
    expect(() => parseRelay({ name: 'r', sourceAddress: 'here' }, 'relay')).toThrow(
      'relay.sourceAddress: expected an IPv4',
    );
    for (const network of ['10.0.0.0', '10.0.0.0/33', 'a/8', '10.0.0.0/8/8'])
      expect(() => parseRelay({ name: 'r', allow: [network] }, 'relay')).toThrow(
        'relay.allow[0]: expected a network',
      );
  });
});

describe('rules of the network', () => {
  const rule = (effect: RelayRule['effect'], more: Partial<RelayRule> = {}) => ({
    rules: [{ port: to.port, effect, ...more }],
  });

  test.each([
    ['reset', 'ECONNREFUSED'],
    ['prohibit', 'EHOSTUNREACH'],
  ] as const)('%s lets nothing through, and the client is told %s', async (effect, code) => {
    const relay = await open(rule(effect));
    await expect(connectThroughRelay(relay.endpoint, to)).rejects.toMatchObject({ status: 502, code });
    expect(seen).toEqual([]);
    expect(journal.since(1).entries).toMatchObject([{ outcome: 'failed', code, source: null }]);
  });

  test('drop answers nothing until the client gives up', async () => {
    const relay = await open(rule('drop'));
    const patience = new AbortController();
    const attempt = connectThroughRelay(relay.endpoint, to, patience.signal);
    const outcome = journal.wait((entry) => entry.outcome === 'dropped', { deadlineMs: 10_000 });
    expect(await outcome).toMatchObject({ closed: true });
    patience.abort();
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([]);
  });

  test('redirect lets somebody else answer', async () => {
    const relay = await open({ rules: [{ port: 25, effect: 'redirect', to }] });
    const socket = await connectThroughRelay(relay.endpoint, { address: '127.9.9.9', port: 25 });
    expect((await once(socket, 'data'))[0].toString()).toBe('you are 127.0.0.1\n');
  });

  test('a rule without a port is about every port', async () => {
    const relay = await open({ rules: [{ effect: 'reset' }] });
    await expect(connectThroughRelay(relay.endpoint, to)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('the first rule that applies to port, family and address acts', async () => {
    const other: RelayRule = { port: to.port, addresses: ['127.0.0.9'], effect: 'reset' };
    const relay = await open({
      rules: [other, { ...other, port: 1 }, ...rule('reset', { family: 'ipv6' }).rules],
    });
    await connectThroughRelay(relay.endpoint, to);
    const exempt = await open({
      rules: [...rule('pass', { addresses: [to.address] }).rules, ...rule('reset').rules],
    });
    await connectThroughRelay(exempt.endpoint, to);
    expect(seen).toHaveLength(2);
  });

  test('are checked', () => {
    const read = (rules: unknown) => parseRelay({ name: 'r', rules }, 'relay');
    expect(() => read([{ port: 25, effect: 'redirect' }])).toThrow(
      'relay.rules[0].to: belongs to the effect',
    );
    expect(() => read([{ port: 25, effect: 'reset', to }])).toThrow(
      'relay.rules[0].to: belongs to the effect',
    );
    expect(() => read([{ port: 25, effect: 'lose' }])).toThrow('relay.rules[0].effect: expected one of');
  });
});

test('closing ends connections that are open', async () => {
  const relay = await open();
  const socket = await connectThroughRelay(relay.endpoint, to);
  const closed = new Promise((resolve) =>
    socket
      .on('error', () => {})
      .on('close', resolve)
      .resume(),
  );
  await relay.close();
  await closed;
});
