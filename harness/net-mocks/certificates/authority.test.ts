import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import type { IssuedCertificate } from './authority.ts';
import { type CertificateRequest, parseCertificateRequest } from './request.ts';
import { createCertificateStore } from './store.ts';

// The independent judge is OpenSSL as Node's TLS client.

const store = createCertificateStore();
const issue = (request: CertificateRequest): Promise<IssuedCertificate> =>
  store.issue(parseCertificateRequest(request, 'certificate'));

/** The verdict of a strict client that trusts the authority: `authorized` or an error code. */
async function judge(issued: IssuedCertificate, ca: string): Promise<string> {
  const server = createServer({ cert: issued.chain, key: issued.key, ciphers: 'DEFAULT@SECLEVEL=0' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected an IP address');
  const client = connect({ port: address.port, host: '127.0.0.1', servername: 'mx.x.test', ca });
  try {
    return await new Promise((resolve) => {
      client.on('secureConnect', () => resolve('authorized'));
      client.on('error', (problem: NodeJS.ErrnoException) => resolve(problem.code ?? problem.message));
    });
  } finally {
    client.destroy();
    server.close();
  }
}

test.each<[CertificateRequest, string]>([
  [{ names: ['mx.x.test'] }, 'authorized'],
  [{ names: ['*.x.test'] }, 'authorized'],
  [{ names: ['mx.x.test'], key: 'rsa-2048' }, 'authorized'],
  [{ names: ['mx.x.test'], key: 'ec-p384' }, 'authorized'],
  [{ names: ['mx.x.test'], variant: 'expired' }, 'CERT_HAS_EXPIRED'],
  [{ names: ['mx.x.test'], variant: 'not-yet-valid' }, 'CERT_NOT_YET_VALID'],
  [{ names: ['mx.x.test'], variant: 'wrong-name' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [{ names: ['127.0.0.1'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [{ names: ['mx.x.test'], variant: 'self-signed' }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [{ names: ['mx.x.test'], variant: 'untrusted-ca' }, 'SELF_SIGNED_CERT_IN_CHAIN'],
])('a strict client says of %j: %s', async (request, verdict) => {
  expect(await judge(await issue(request), (await store.authority()).certificate)).toBe(verdict);
});

test('the other authority is a real one', async () => {
  const issued = await issue({ names: ['mx.x.test'], variant: 'untrusted-ca' });
  expect(await judge(issued, (await store.authority()).untrusted)).toBe('authorized');
});

test('SHA-1 and weak keys are what they claim and can be served', async () => {
  const { certificate: ca } = await store.authority();
  const sha1 = await issue({ names: ['mx.x.test'], variant: 'sha1' });
  // OID 1.2.840.10045.4.1, ecdsa-with-SHA1 (RFC 3279).
  expect(new X509Certificate(sha1.chain).raw.includes(Buffer.from('06072a8648ce3d0401', 'hex'))).toBe(true);
  const weak = await issue({ names: ['mx.x.test'], variant: 'weak-key' });
  expect(new X509Certificate(weak.chain).publicKey.asymmetricKeyDetails).toMatchObject({
    modulusLength: 1024,
  });
  for (const issued of [sha1, weak]) expect(await judge(issued, ca)).not.toBe('authorized');
});

test('a name in the subject only has no alternative name', async () => {
  const issued = await issue({ names: ['mx.x.test'], variant: 'common-name-only' });
  const certificate = new X509Certificate(issued.chain);
  expect(certificate.subjectAltName).toBeUndefined();
  expect(certificate.subject).toBe('CN=mx.x.test');
});

test('digests are those of the certificate and its key', async () => {
  const issued = await issue({ names: ['mx.x.test'] });
  const certificate = new X509Certificate(issued.chain);
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(issued.digests.certificate).toBe(sha256(certificate.raw));
  expect(issued.digests.publicKey).toBe(
    sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
  );
  const issuer = new X509Certificate((await store.authority()).certificate);
  expect(issued.digests.issuerCertificate).toBe(sha256(issuer.raw));
  expect(issued.digests.issuerPublicKey).toBe(
    sha256(issuer.publicKey.export({ type: 'spki', format: 'der' })),
  );
});

test('the same request gives the same certificate', async () => {
  expect(await issue({ names: ['mx.x.test'] })).toBe(await issue({ names: ['mx.x.test'] }));
});

test('requests are checked', () => {
  expect(() => parseCertificateRequest({ names: [] }, 'certificate')).toThrow(
    'certificate.names: expected at least',
  );
  expect(() => parseCertificateRequest({ names: ['x.test'], variant: 'fine' }, 'c')).toThrow(
    'c.variant: expected one of',
  );
  expect(() =>
    parseCertificateRequest({ names: ['x.test'], variant: 'weak-key', key: 'ec-p256' }, 'c'),
  ).toThrow('c.key: a weak key is rsa-1024');
});
