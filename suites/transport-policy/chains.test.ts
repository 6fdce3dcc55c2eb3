import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createSmtpClient } from '../../harness/client/smtp.ts';
import { createRecorder } from '../../harness/evidence/recorder.ts';
import { openConnection } from '../../harness/wire/connection.ts';
import { testCertificate } from '../../harness/wire/scripted-server.testing.ts';
import { chainsOf } from './chains.ts';

/** An mx with STARTTLS that shows these certificates, PEM, its own first. */
async function startMx(key: string, certificates: readonly string[]) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 mx.test ESMTP\r\n');
    socket.on('data', function answer(octets) {
      const isUpgrade = octets.toString().startsWith('STARTTLS');
      socket.write(isUpgrade ? '220 2.0.0 Go ahead\r\n' : '250-mx.test\r\n250 STARTTLS\r\n');
      if (!isUpgrade) return;
      socket.off('data', answer);
      const inside = new TLSSocket(socket, { isServer: true, key, cert: certificates.join('\n') });
      inside.on('error', () => undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('an authority that was sent counts, whatever path this machine would take', async () => {
  const own = await testCertificate('EC');
  const authority = await testCertificate('RSA');
  const mx = await startMx(own.key, [own.cert, authority.cert]);
  try {
    const chains = await chainsOf({
      target: { hostname: 'mx.test' },
      async smtp() {
        const connection = await openConnection({
          endpoint: mx.endpoint,
          role: 'mx',
          number: 1,
          replyMs: 5_000,
          recorder: createRecorder(),
        });
        const client = await createSmtpClient(connection, 'probe.test');
        await client.ehlo();
        return client;
      },
    });
    expect(chains.length).toBeGreaterThan(0);
    const sent = [own.cert, authority.cert].map((pem) => new X509Certificate(pem).raw);
    for (const chain of chains) expect(chain.sent).toEqual(sent);
  } finally {
    await mx.close();
  }
});
