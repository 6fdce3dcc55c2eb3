import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRecorder } from '../evidence/recorder.ts';
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
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
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
