import 'reflect-metadata';
import { constants, type KeyObject, KeyObject as KeyObjectClass, webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** What a server shows in a handshake. */
export interface ServerCertificate {
  /** PEM of the authority that signed it. */
  readonly trustAnchor: string;
  /** DER of the certificate itself, for the channel binding tls-server-end-point (RFC 5929 §4). */
  readonly der: Buffer;
  readonly context: SecureContext;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  /** Key pair of all leaf certificates: making keys is the slow part, and they live as long as the process. */
  readonly leafKeys: webcrypto.CryptoKeyPair;
}

let authority: Promise<Authority> | undefined;

async function createAuthority(): Promise<Authority> {
  const [keys, leafKeys] = await Promise.all([generateKeys(), generateKeys()]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=mailspec reference authority',
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 30 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys, leafKeys };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/**
 * A certificate for the host name, signed by an authority that is made once per process. The server
 * speaks TLS 1.2 and 1.3 and refuses renegotiation.
 */
export async function createServerCertificate(hostname: string): Promise<ServerCertificate> {
  authority ??= createAuthority();
  const { certificate: issuer, keys, leafKeys } = await authority;
  const now = Date.now();
  const leaf = await x509.X509CertificateGenerator.create({
    subject: `CN=${hostname}`,
    issuer: issuer.subject,
    notBefore: new Date(now - DAY_MS / 24),
    notAfter: new Date(now + 7 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: leafKeys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: hostname }]),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
    ],
  });
  const privateKey: KeyObject = KeyObjectClass.from(leafKeys.privateKey);
  const trustAnchor = `${issuer.toString('pem')}\n`;
  return {
    trustAnchor,
    der: Buffer.from(leaf.rawData),
    context: createSecureContext({
      cert: `${leaf.toString('pem')}\n${trustAnchor}`,
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    }),
  };
}
