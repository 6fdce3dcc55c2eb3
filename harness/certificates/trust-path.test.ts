import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { FaultName } from '../model/faults.ts';
import { createServerCertificate } from '../reference/certificates.ts';
import { readCertificate } from './certificate.ts';
import { trustAnchors, trustPath } from './trust-path.ts';

const HOST = 'mail.example.test';

/** What a server with such a certificate sends, and what OpenSSL, as a client of this machine, says of it. */
async function shown(fault: FaultName | undefined) {
  const { context, trustAnchor } = await createServerCertificate(
    HOST,
    ['example.test'],
    (name) => name === fault,
  );
  const server = createServer({
    ciphers: 'DEFAULT@SECLEVEL=0',
    SNICallback: (_, done) => done(null, context),
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (ca: string[]) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: HOST,
      ca,
      rejectUnauthorized: false,
      ciphers: 'DEFAULT@SECLEVEL=0',
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'secureConnect');
    return socket;
  };
  const blank = await ask([]);
  const sent: Buffer[] = [];
  for (let next = blank.getPeerCertificate(true); next?.raw; next = next.issuerCertificate) {
    if (sent.some((one) => one.equals(next.raw))) break;
    sent.push(next.raw);
  }
  const judging = await ask([trustAnchor]);
  const verdict = judging.authorizationError ? String(judging.authorizationError) : 'authorized';
  blank.destroy();
  judging.destroy();
  server.close();
  await once(server, 'close');
  return { sent, verdict, anchors: trustAnchors(trustAnchor) };
}

describe('a path to a trust anchor', () => {
  test.each<[FaultName | undefined, string, object]>([
    [undefined, 'authorized', { trusted: true, path: [`CN=${HOST}`, 'CN=mailspec reference authority'] }],
    ['certificate-self-signed', 'SELF_SIGNED', { trusted: false, why: 'self-signed' }],
    [
      'certificate-of-unknown-authority',
      'SELF_SIGNED_CERT_IN_CHAIN',
      { trusted: false, why: 'unknown-root' },
    ],
    ['certificate-chain-incomplete', 'UNABLE_TO', { trusted: false, why: 'issuer-missing' }],
    // Node has no names for what OpenSSL calls "permitted subtree violation" and "unhandled critical extension".
    ['certificate-outside-name-constraints', 'UNSPECIFIED', { trusted: false, why: 'broken' }],
    ['certificate-with-unknown-critical-extension', 'UNSPECIFIED', { trusted: false, why: 'broken' }],
    ['certificates-out-of-order', 'authorized', { trusted: true }],
    // The dates of the certificate itself are somebody else's business.
    ['certificate-expired', 'CERT_HAS_EXPIRED', { trusted: true }],
    ['certificate-not-yet-valid', 'CERT_NOT_YET_VALID', { trusted: true }],
  ])('%s: OpenSSL says %s', async (fault, verdict, path) => {
    const { sent, anchors, verdict: found } = await shown(fault);
    expect(found).toContain(verdict);
    expect(trustPath(sent, anchors)).toMatchObject(path);
  });

  test('an expired authority leads nowhere', async () => {
    const { sent, anchors } = await shown(undefined);
    const later = new Date(Date.now() + 365 * 86_400_000);
    expect(trustPath(sent, anchors, later)).toMatchObject({ trusted: false, why: 'broken' });
  });

  test('a certificate that is an anchor itself is trusted', async () => {
    const { sent } = await shown('certificate-self-signed');
    expect(trustPath(sent, sent)).toEqual({ trusted: true, path: [`CN=${HOST}`] });
  });

  test('a certificate that is no authority is no issuer', async () => {
    const { sent } = await shown('certificate-self-signed');
    const other = await shown(undefined);
    expect(trustPath([...other.sent.slice(0, 1), ...sent], sent)).toMatchObject({ trusted: false });
  });

  test('nothing sent, nothing trusted', () => {
    expect(trustPath([], [])).toMatchObject({ trusted: false, why: 'broken' });
  });

  test('anchors of this machine, and of a text with several', async () => {
    expect(trustAnchors(null).length).toBeGreaterThan(50);
    const { trustAnchor } = await createServerCertificate(HOST);
    expect(trustAnchors(`# a comment\n${trustAnchor}${trustAnchor}`)).toHaveLength(2);
  });
});

describe('what a certificate says', () => {
  const leafOf = async (fault?: FaultName) => {
    const [leaf] = (await shown(fault)).sent;
    if (!leaf) throw new Error('The server sent no certificate.');
    return readCertificate(leaf);
  };

  test('names, key and signature', async () => {
    expect(await leafOf()).toMatchObject({
      dnsNames: [HOST, 'example.test'],
      commonNames: [HOST],
      key: { kind: 'ec', bits: 256, curve: 'prime256v1' },
      signature: 'ecdsa-with-SHA256',
      signatureHash: 'SHA-256',
      selfSigned: false,
      forServers: true,
    });
  });

  test('what is weak', async () => {
    expect(await leafOf('certificate-key-rsa-1024')).toMatchObject({ key: { kind: 'rsa', bits: 1_024 } });
    expect(await leafOf('certificate-signed-with-sha1')).toMatchObject({ signatureHash: 'SHA-1' });
    expect(await leafOf('certificate-names-subject-only')).toMatchObject({
      dnsNames: [],
      commonNames: [HOST],
    });
    expect(await leafOf('certificate-self-signed')).toMatchObject({ selfSigned: true });
  });
});
