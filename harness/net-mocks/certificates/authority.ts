import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { CertificateSettings, KeyKind } from './request.ts';

export interface IssuedCertificate {
  /** PEM: the certificate and the one of its issuer, as a server sends them. */
  chain: string;
  /** PEM, PKCS #8. */
  key: string;
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  /** Hexadecimal SHA-256 digests, as TLSA records want them (RFC 6698 2.1). */
  digests: {
    /** Matches `3 0 1`. */
    certificate: string;
    /** Matches `3 1 1`. */
    publicKey: string;
    /** Matches `2 0 1`. */
    issuerCertificate: string;
    /** Matches `2 1 1`. */
    issuerPublicKey: string;
  };
}

export interface Authority {
  /** PEM of the authority that clients are to trust. */
  readonly certificate: string;
  /** PEM of the other one, issuer of the variant `untrusted-ca`. */
  readonly untrusted: string;
  issue(settings: CertificateSettings): Promise<IssuedCertificate>;
}

interface Issuer {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

const DAY = 86_400_000;
/** How long good certificates are good: of an authority for a test, and of one that is kept. */
const SHORT_DAYS = 10;
const KEPT_DAYS = 397;

const ALGORITHMS: Record<KeyKind, webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams> = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384' },
  'rsa-2048': rsa(2048),
  'rsa-1024': rsa(1024),
  'rsa-512': rsa(512),
};

function rsa(modulusLength: number): webcrypto.RsaHashedKeyGenParams {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** An authority that outlives a process: its certificate and its key (PKCS #8), PEM. */
export interface KeptAuthority {
  readonly certificate: string;
  readonly key: string;
}

/** Makes an authority to be kept, good for so many days. */
export async function makeAuthority(name: string, days: number): Promise<KeptAuthority> {
  x509.cryptoProvider.set(globalThis.crypto);
  const { certificate, keys } = await createIssuer(name, days);
  return { certificate: pemOf(certificate), key: privatePem(keys) };
}

/** Makes two authorities, the trusted one from what was kept; else nothing outlives the process. */
export async function createAuthority(kept?: KeptAuthority): Promise<Authority> {
  x509.cryptoProvider.set(globalThis.crypto);
  const [trusted, untrusted] = await Promise.all([
    kept ? readIssuer(kept) : createIssuer('net-mocks test authority'),
    createIssuer('net-mocks authority that nobody trusts'),
  ]);
  return {
    certificate: pemOf(trusted.certificate),
    untrusted: pemOf(untrusted.certificate),
    issue: (settings) =>
      issue(
        settings,
        settings.variant === 'untrusted-ca' ? untrusted : trusted,
        kept ? KEPT_DAYS : SHORT_DAYS,
      ),
  };
}

/** Makes a certificate that is signed with its own key, good for so many days. */
export async function makeSelfSigned(names: readonly string[], days: number): Promise<IssuedCertificate> {
  x509.cryptoProvider.set(globalThis.crypto);
  const settings: CertificateSettings = { variant: 'self-signed', names: [...names], key: 'ec-p256' };
  return issue(settings, await createIssuer('nobody'), days);
}

async function readIssuer({ certificate, key }: KeptAuthority): Promise<Issuer> {
  const algorithm = ALGORITHMS['ec-p256'];
  const { subtle } = webcrypto;
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    subtle.importKey('spki', spki, algorithm, true, ['verify']),
  ]);
  return { certificate: new x509.X509Certificate(certificate), keys: { privateKey, publicKey } };
}

async function createIssuer(name: string, days = 30): Promise<Issuer> {
  const keys = await generateKeys('ec-p256');
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + days * DAY),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function issue(
  settings: CertificateSettings,
  issuer: Issuer,
  goodDays: number,
): Promise<IssuedCertificate> {
  const { variant } = settings;
  const keys = await generateKeys(settings.key);
  const names = variant === 'wrong-name' ? ['wrong-name.invalid'] : settings.names;
  const [notBefore, notAfter] = validity(variant, goodDays);
  const subject = [{ CN: [names[0] ?? ''] }];
  const isSelfSigned = variant === 'self-signed' || variant === 'self-signed-expired';
  const signer = isSelfSigned ? keys.privateKey : issuer.keys.privateKey;
  const hash = variant === 'sha1' ? 'SHA-1' : 'SHA-256';

  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: isSelfSigned ? subject : issuer.certificate.subject,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: signer,
    signingAlgorithm: { name: signer.algorithm.name, hash },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      ...(variant === 'common-name-only'
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              names.map((name) => ({
                type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const),
                value: name,
              })),
            ),
          ]),
    ],
  });

  const issuerCertificate = isSelfSigned ? certificate : issuer.certificate;
  return {
    chain: isSelfSigned ? pemOf(certificate) : `${pemOf(certificate)}${pemOf(issuer.certificate)}`,
    key: privatePem(keys),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    digests: {
      certificate: certificateDigest(certificate),
      publicKey: publicKeyDigest(certificate),
      issuerCertificate: certificateDigest(issuerCertificate),
      issuerPublicKey: publicKeyDigest(issuerCertificate),
    },
  };
}

function validity(variant: CertificateSettings['variant'], goodDays: number): [Date, Date] {
  const days = (from: number, to: number): [Date, Date] => [
    new Date(Date.now() + from * DAY),
    new Date(Date.now() + to * DAY),
  ];
  if (variant === 'expired' || variant === 'self-signed-expired') return days(-10, -1);
  if (variant === 'not-yet-valid') return days(1, 10);
  return days(-1, goodDays);
}

function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify']);
}

function privatePem({ privateKey }: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** RFC 5280 4.1.2.2: positive and at most 20 octets. */
function serialNumber(): string {
  return `4d${randomBytes(15).toString('hex')}`;
}

/** The library leaves out the final line break, without which two certificates cannot be joined. */
function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}

function certificateDigest(certificate: x509.X509Certificate): string {
  return createHash('sha256').update(new Uint8Array(certificate.rawData)).digest('hex');
}

function publicKeyDigest(certificate: x509.X509Certificate): string {
  const { publicKey } = new X509Certificate(new Uint8Array(certificate.rawData));
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
