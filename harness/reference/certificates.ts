import 'reflect-metadata';
import { type KeyObject, KeyObject as KeyObjectClass, webcrypto } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import type { FaultName } from '../model/faults.ts';
import { type CertificateFlaws, certificateFlaws, type KeyKind } from './tls/certificate-flaws.ts';
import { tlsSettings } from './tls/settings.ts';

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

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Authorities {
  readonly trusted: Issuer;
  readonly unknown: Issuer;
}

let authorities: Promise<Authorities> | undefined;

/** Key pairs of leaf certificates: making keys is the slow part, and they live as long as the process. */
const leafKeys = new Map<KeyKind, Promise<webcrypto.CryptoKeyPair>>();

async function createAuthorities(): Promise<Authorities> {
  const [trusted, unknown] = await Promise.all([
    createAuthority('mailspec reference authority'),
    createAuthority('authority that nobody trusts'),
  ]);
  return { trusted, unknown };
}

async function createAuthority(name: string): Promise<Issuer> {
  const keys = await generateKeys('ec-p256');
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 30 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: await authorityExtensions(keys, 1),
  });
  return { certificate, keys };
}

async function createIntermediate(root: Issuer, isConstrained: boolean): Promise<Issuer> {
  const keys = await generateKeys('ec-p256');
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=mailspec reference intermediate authority',
    issuer: root.certificate.subject,
    notBefore: root.certificate.notBefore,
    notAfter: root.certificate.notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    extensions: [
      ...(await authorityExtensions(keys, 0)),
      ...(isConstrained ? [namesBelow('intranet.test')] : []),
    ],
  });
  return { certificate, keys };
}

async function authorityExtensions({ publicKey }: webcrypto.CryptoKeyPair, pathLength: number) {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
}

/** Name constraints (RFC 5280 §4.2.1.10) that permit the names below a domain. */
function namesBelow(domain: string): x509.Extension {
  const subtree = new GeneralSubtree({ base: new GeneralName({ dNSName: domain }) });
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees([subtree]) });
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

/** An extension under an arc that belongs to nobody; its value is a UTF8String. */
const UNKNOWN_EXTENSION = new x509.Extension('1.2.3.4.5', true, Buffer.from([0x0c, 1, 0x78]));

function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  if (kind === 'ec-p256') return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const modulusLength = kind === 'rsa-1024' ? 1_024 : 2_048;
  const publicExponent = new Uint8Array([1, 0, 1]);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength, publicExponent };
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function leafKeysOf(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const keys = leafKeys.get(kind) ?? generateKeys(kind);
  leafKeys.set(kind, keys);
  return keys;
}

/**
 * A certificate for the host name and further names, signed by an authority that is made once per process.
 * The server speaks TLS 1.2 and 1.3 and refuses renegotiation, unless faults have it otherwise.
 */
export async function createServerCertificate(
  hostname: string,
  alsoNamed: readonly string[] = [],
  faulty: (fault: FaultName) => boolean = () => false,
): Promise<ServerCertificate> {
  const flaws = certificateFlaws([hostname, ...alsoNamed], faulty);
  authorities ??= createAuthorities();
  const { trusted, unknown } = await authorities;
  const keys = await leafKeysOf(flaws.key);
  const issuers = {
    trusted,
    unknown,
    intermediate: () => createIntermediate(trusted, false),
    constrained: () => createIntermediate(trusted, true),
  };
  const by = flaws.issuer === 'self' ? undefined : issuers[flaws.issuer];
  const issuer = typeof by === 'function' ? await by() : by;
  const leaf = await createLeaf(hostname, flaws, keys, issuer);
  const after = {
    issuer: issuer ? [issuer.certificate] : [],
    nothing: [],
    'root-first': [trusted.certificate, ...(issuer ? [issuer.certificate] : [])],
  }[flaws.sends];
  const sent = [leaf, ...after];
  const privateKey: KeyObject = KeyObjectClass.from(keys.privateKey);
  return {
    trustAnchor: pemOf(trusted.certificate),
    der: Buffer.from(leaf.rawData),
    context: createSecureContext({
      cert: sent.map(pemOf).join(''),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ...tlsSettings(faulty),
    }),
  };
}

async function createLeaf(
  hostname: string,
  { key, names, notBefore, notAfter, hash, unknownCritical }: CertificateFlaws,
  keys: webcrypto.CryptoKeyPair,
  issuer: Issuer | undefined,
): Promise<x509.X509Certificate> {
  const { keyEncipherment, digitalSignature } = x509.KeyUsageFlags;
  const signer = issuer?.keys ?? keys;
  return x509.X509CertificateGenerator.create({
    subject: `CN=${hostname}`,
    issuer: issuer?.certificate.subject ?? `CN=${hostname}`,
    notBefore,
    notAfter,
    signingAlgorithm: { name: signer.privateKey.algorithm.name, hash },
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        key === 'ec-p256' ? digitalSignature : digitalSignature | keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ...(names.length > 0
        ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))]
        : []),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(unknownCritical ? [UNKNOWN_EXTENSION] : []),
    ],
  });
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
