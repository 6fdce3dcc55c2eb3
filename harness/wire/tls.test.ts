import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
import { line } from './bytes.ts';
import { type Connection, openConnection } from './connection.ts';
import { testCertificate } from './scripted-server.testing.ts';

const pairs = { EC: { key: '', cert: '' }, RSA: { key: '', cert: '' } };
beforeAll(async () => {
  pairs.EC = await testCertificate('EC');
  pairs.RSA = await testCertificate('RSA');
});
const der = ({ cert }: { readonly cert: string }) => new X509Certificate(cert).raw;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function connectTo(options: TlsOptions): Promise<Connection> {
  const server = createServer(options);
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const connection = await openConnection({
    endpoint: { host: '127.0.0.1', port },
    role: 'test',
    number: 1,
    replyMs: 5_000,
    recorder: createRecorder(),
  });
  ends.push(async () => connection.close());
  return connection;
}

describe('certificates of the server', () => {
  test('what it sent, and nothing that this machine would add', async () => {
    const connection = await connectTo(pairs.EC);
    await connection.startTls();
    expect(connection.session?.peerCertificates).toEqual([der(pairs.EC)]);
  });

  test.each([
    ['TLSv1.2', undefined],
    ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
    ['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
    ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
  ] as const)(
    'as they were sent, in their order and twice where they came twice (%s %s)',
    async (version, ciphers) => {
      // More than one record holds.
      const chain = [pairs.EC, ...new Array(40).fill(pairs.RSA), pairs.EC, pairs.RSA];
      const connection = await connectTo({
        key: pairs.EC.key,
        cert: chain.map(({ cert }) => cert).join('\n'),
        maxVersion: version,
        ...(ciphers ? { ciphers } : {}),
      });
      await connection.startTls({ certificatesAsSent: true });
      expect(connection.session?.peerCertificates).toEqual(chain.map(der));
      expect(connection.tls?.protocol).toBe(version);
    },
  );

  test('octets go through where certificates are wanted as sent', async () => {
    const connection = await connectTo(pairs.EC);
    await connection.startTls({ certificatesAsSent: true });
    connection.send(line('hello'));
    expect((await connection.readLine('an echo')).bytes.toString()).toBe('hello');
    connection.halfClose();
    expect(await connection.untilEnd(2_000)).toEqual({ how: 'fin' });
  });

  test('an anonymous server is not reached', async () => {
    const connection = await connectTo({ ciphers: 'AECDH@SECLEVEL=0', maxVersion: 'TLSv1.2' });
    // Our own client offers no anonymous suites: such a server does not come this far.
    await expect(connection.startTls()).rejects.toThrow('handshake');
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of two certificates, the one of the family asked for (%s)',
    async (maxVersion) => {
      for (const [signatures, pair] of [
        ['rsa', pairs.RSA],
        ['ecdsa', pairs.EC],
      ] as const) {
        const connection = await connectTo({
          key: [pairs.EC.key, pairs.RSA.key],
          cert: [pairs.EC.cert, pairs.RSA.cert],
        });
        await connection.startTls({ maxVersion, signatures });
        expect(connection.session?.peerCertificates).toEqual([der(pair)]);
      }
    },
  );

  test('a family that the server does not have is refused', async () => {
    const connection = await connectTo(pairs.EC);
    await expect(connection.startTls({ signatures: 'rsa' })).rejects.toThrow('handshake');
  });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a request for a certificate is seen (%s)', async (maxVersion) => {
  for (const requestCert of [true, false]) {
    const connection = await connectTo({ ...pairs.EC, requestCert, rejectUnauthorized: false });
    await connection.startTls({ maxVersion });
    expect(connection.session?.certificateRequested()).toBe(requestCert);
  }
});
