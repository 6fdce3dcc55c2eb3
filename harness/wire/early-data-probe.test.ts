import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions as ServerOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { line } from './bytes.ts';
import { type Connection, openConnection } from './connection.ts';
import { type EarlyDataAnswer, probeEarlyData } from './early-data-probe.ts';
import { connectTo, startScriptedServer, testCertificate } from './scripted-server.testing.ts';
import { readTicket, type SessionTicket } from './tls-session-ticket.ts';
import { keySchedule, tls13Suite } from './tls13-keys.ts';

const DATA = line('NOOP');

async function onConnection<T>(endpoint: Endpoint, body: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openConnection({
    endpoint,
    role: 'test',
    number: 1,
    replyMs: 5_000,
    recorder: createRecorder(),
  });
  try {
    return await body(connection);
  } finally {
    connection.close();
  }
}

/** A full handshake, and the ticket that came after it. */
function ticketOf(endpoint: Endpoint): Promise<SessionTicket> {
  return onConnection(endpoint, async (connection) => {
    await connection.startTls();
    const socket = connection.session?.socket;
    await expect
      .poll(() => socket && readTicket(socket.getSession() ?? Buffer.alloc(0)), { timeout: 5_000 })
      .toBeDefined();
    const ticket = readTicket(socket?.getSession() ?? Buffer.alloc(0));
    if (!ticket) throw new Error('The server sent no ticket.');
    // A server may forget the session of a connection that did not end in order.
    connection.halfClose();
    await connection.untilEnd(1_000);
    return ticket;
  });
}

const probe = (endpoint: Endpoint, ticket: SessionTicket): Promise<EarlyDataAnswer> =>
  onConnection(endpoint, (connection) =>
    probeEarlyData(connection, ticket, DATA, { serverName: 'localhost' }),
  );

async function startTlsServer(
  options: ServerOptions,
): Promise<{ readonly endpoint: Endpoint } & AsyncDisposable> {
  const server = createServer({ ...(await testCertificate()), ...options });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.write('220 ready\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('early data', () => {
  test.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    'a server that permits none resumes %s without them',
    async (ciphers) => {
      await using server = await startTlsServer({ ciphers });
      const ticket = await ticketOf(server.endpoint);
      expect(ticket.maxEarlyData).toBe(0);
      expect(Math.abs(Date.now() - ticket.issuedAt)).toBeLessThan(10_000);
      // The server checked the binder and we could read its encrypted answer: both sides have the same keys.
      expect(await probe(server.endpoint, ticket)).toMatchObject({ kind: 'refused', resumed: true });
    },
  );

  test('a server that forgot the ticket makes a full handshake', async () => {
    await using first = await startTlsServer({});
    await using second = await startTlsServer({});
    const ticket = await ticketOf(first.endpoint);
    expect(await probe(second.endpoint, ticket)).toMatchObject({ kind: 'refused', resumed: false });
  });

  test('a wrong key is noticed by the server: the binder does not fit', async () => {
    await using server = await startTlsServer({});
    const ticket = await ticketOf(server.endpoint);
    const answer = await probe(server.endpoint, { ...ticket, key: Buffer.alloc(ticket.key.length) });
    expect(answer).toMatchObject({ kind: 'alert', level: 'fatal' });
  });

  test('a server of TLS 1.2 has no such ticket', async () => {
    await using server = await startTlsServer({ maxVersion: 'TLSv1.2' });
    await onConnection(server.endpoint, async (connection) => {
      await connection.startTls();
      await connection.readLine('the greeting');
      expect(readTicket(connection.session?.socket.getSession() ?? Buffer.alloc(0))).toBeUndefined();
    });
  });

  test.each([
    ['clear text', Buffer.from('500 what was that?\r\n'), { kind: 'not-tls' }],
    ['an alert', Buffer.from('15030300020246', 'hex'), { kind: 'alert', description: 'protocol_version' }],
    ['an end', Buffer.alloc(0), { kind: 'closed', how: 'fin' }],
    ['encrypted octets without a ServerHello', Buffer.from('17030300020246', 'hex'), { kind: 'not-tls' }],
  ])('%s', async (_, octets, answer) => {
    await using server = await startScriptedServer(async (peer) => {
      await peer.readOctets(1);
      await peer.write(octets);
    });
    using client = await connectTo(server);
    const ticket = {
      identity: Buffer.from('ticket'),
      key: Buffer.alloc(32, 1),
      suite: 0x1301,
      ageAdd: 0,
      issuedAt: Date.now(),
      maxEarlyData: 0,
    };
    expect(await probeEarlyData(client.connection, ticket, DATA)).toMatchObject(answer);
    await expect(probeEarlyData(client.connection, { ...ticket, suite: 0x1304 }, DATA)).rejects.toThrow(
      '0x1304',
    );
  });

  // Node cannot serve early data; the command line of OpenSSL can, where it is installed.
  test.skipIf(!opensslServes())(
    'a server that permits them accepts them (needs the openssl command)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mailspec-early-data-'));
      const { key, cert } = await testCertificate();
      const file = join(folder, 'server.pem');
      await writeFile(file, `${key}\n${cert}\n`);
      const port = await freePort();
      const server = spawn(
        'openssl',
        [
          's_server',
          '-accept',
          `127.0.0.1:${port}`,
          '-cert',
          file,
          '-tls1_3',
          '-early_data',
          '-max_early_data',
          '4096',
        ],
        { stdio: ['pipe', 'pipe', 'ignore'] },
      );
      try {
        let output = '';
        server.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString('latin1');
        });
        await expect.poll(() => output, { timeout: 10_000 }).toContain('ACCEPT');
        const endpoint = { host: '127.0.0.1', port };
        const ticket = await ticketOf(endpoint);
        expect(ticket.maxEarlyData).toBe(4_096);
        expect(await probe(endpoint, ticket)).toEqual({
          kind: 'accepted',
          text: '6 octets of early data accepted',
        });
        // It read what we encrypted.
        await expect.poll(() => output, { timeout: 10_000 }).toContain('NOOP');
      } finally {
        server.kill();
        await once(server, 'exit');
        await rm(folder, { recursive: true });
      }
    },
  );
});

function opensslServes(): boolean {
  try {
    return /^OpenSSL (?:1\.1\.1|[3-9])/.test(execFileSync('openssl', ['version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('ticket', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['octets that are no DER', Buffer.from('30820fff0201', 'hex')],
    ['another structure', Buffer.from('3003020101', 'hex')],
    ['a prefix with nothing after it', Buffer.from('\0nodejs:tls:session:1\0\0\0', 'latin1')],
  ])('%s is none', (_, session) => {
    expect(readTicket(session)).toBeUndefined();
  });
});

describe('key schedule', () => {
  test('the early secret of no key, and what is derived from it (RFC 8448 §3)', () => {
    const suite = tls13Suite(0x1301);
    if (!suite) throw new Error('The suite is missing.');
    const keys = keySchedule(suite, Buffer.alloc(32));
    expect(keys.earlySecret.toString('hex')).toBe(
      '33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a',
    );
    expect(keys.derive(keys.earlySecret, 'derived', Buffer.alloc(0)).toString('hex')).toBe(
      '6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba',
    );
    expect(keys.hash(Buffer.from('abc'))).toEqual(createHash('sha256').update('abc').digest());
  });
});
