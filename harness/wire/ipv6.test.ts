import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import { clientHello } from './client-hello.ts';
import { openConnection } from './connection.ts';
import { testCertificate } from './scripted-server.testing.ts';
import { writtenEndpoint } from './written-endpoint.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((of) => of?.some(({ address }) => address === '::1'));

test.each([
  ['192.0.2.25', '192.0.2.25:25'],
  ['mail.example.test', 'mail.example.test:25'],
  ['2001:db8::25', '[2001:db8::25]:25'],
])('the endpoint %s is written as %s', (host, written) => {
  expect(writtenEndpoint({ host, port: 25 })).toBe(written);
});

test.each(['192.0.2.25', '2001:db8::25'])('the address %s is no name in a ClientHello', (address) => {
  const hello = (options: { readonly serverName?: string }) =>
    clientHello({ version: 'TLSv1.2', cipherSuites: [0xc02f], ...options }).includes(
      options.serverName ?? '\0name',
    );
  expect(hello({ serverName: address })).toBe(false);
  expect(hello({ serverName: 'mail.example.test' })).toBe(true);
});

test.skipIf(!hasIpv6)(
  'a server on ::1 is connected to, inside TLS, and recorded under its address',
  async () => {
    let named: string | false | null = null;
    const server = createServer(await testCertificate('EC'), (socket) => {
      named = socket.servername;
      socket.on('error', () => undefined);
      socket.write('220 mail.example.test\r\n');
    });
    server.listen(0, '::1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const recorder = createRecorder();
    const connection = await openConnection({
      endpoint: { host: '::1', port },
      role: 'submissions',
      number: 1,
      replyMs: 5_000,
      recorder,
    });
    try {
      const { facts } = await connection.startTls({ serverName: '::1' });
      expect((await connection.readLine('greeting')).bytes.toString()).toBe('220 mail.example.test');
      expect(facts.serverName).toBe('');
      expect(named).toBe(false);
      expect(recorder.events[0]).toMatchObject({
        kind: 'connect',
        address: `[::1]:${port}`,
        localAddress: expect.stringMatching(/^\[::1\]:\d+$/),
      });
    } finally {
      connection.close();
      server.close();
    }
  },
);
