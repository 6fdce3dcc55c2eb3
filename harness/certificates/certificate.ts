import 'reflect-metadata';
import { type KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { unknownCritical } from './path-rules.ts';

/** What a certificate says (RFC 5280 §4). */
export interface CertificateFacts {
  readonly der: Buffer;
  /** The distinguished name, as text for people. */
  readonly subject: string;
  readonly issuer: string;
  /** dNSName entries of subjectAltName, as they stand. */
  readonly dnsNames: readonly string[];
  /** Common names of the subject; no client may match them (RFC 9525 §2). */
  readonly commonNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly key: {
    /** As Node names it: `rsa`, `rsa-pss`, `ec`, `ed25519`, `ed448`, `dsa`. */
    readonly kind: string;
    /** Modulus of RSA and DSA; size of the field of a curve. */
    readonly bits: number | undefined;
    /** Curve as OpenSSL names it, such as `prime256v1`. */
    readonly curve: string | undefined;
  };
  /** Name of the signature algorithm, such as `ecdsa-with-SHA256`. */
  readonly signature: string;
  /** Hash of the signature, such as `SHA-256`; undefined where the algorithm brings its own (Ed25519). */
  readonly signatureHash: string | undefined;
  /** Subject and issuer are the same, and the own key verifies the signature. */
  readonly selfSigned: boolean;
  /** Allows the use as TLS server, or says nothing about uses (RFC 5280 §4.2.1.12). */
  readonly forServers: boolean;
  /** Most authorities that may follow below this one; undefined: any number, or no authority. */
  readonly pathLength: number | undefined;
  /** Object identifiers of critical extensions for which nobody may trust it (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[];
}

const ANY_USE = '2.5.29.37.0';

/**
 * Reads a certificate.
 * @param der one certificate
 * @throws Error when it cannot be read
 */
export function readCertificate(der: Buffer): CertificateFacts {
  const key = der.toString('latin1');
  const facts = known.get(key) ?? factsOf(der);
  if (known.size >= KNOWN) known.clear();
  known.set(key, facts);
  return facts;
}

/** A server shows the same few certificates again and again, and reading one takes longer than the handshake. */
const known = new Map<string, CertificateFacts>();
const KNOWN = 200;

function factsOf(der: Buffer): CertificateFacts {
  const native = new X509Certificate(der);
  const parsed = new x509.X509Certificate(der);
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const uses = parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String);
  const signature = native.signatureAlgorithm ?? native.signatureAlgorithmOid ?? 'unknown';
  return {
    der,
    subject: parsed.subject,
    issuer: parsed.issuer,
    dnsNames: names.filter(({ type }) => type === 'dns').map(({ value }) => value),
    commonNames: parsed.subjectName.getField('CN'),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    key: keyFacts(native.publicKey),
    signature,
    signatureHash: signatureHash(parsed, signature),
    selfSigned: native.subject === native.issuer && native.verify(native.publicKey),
    forServers: uses?.some((use) => use === x509.ExtendedKeyUsage.serverAuth || use === ANY_USE) ?? true,
    pathLength: parsed.getExtension(x509.BasicConstraintsExtension)?.pathLength,
    unknownCritical: unknownCritical(parsed),
  };
}

function keyFacts(key: KeyObject): CertificateFacts['key'] {
  const kind = key.asymmetricKeyType ?? 'unknown';
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const curve = namedCurve ?? (kind.startsWith('ed') ? kind : undefined);
  // The names carry the size: secp384r1, brainpoolP320r1, sect163k1, ed25519.
  const [size] = /\d{3}/.exec(curve ?? '') ?? [];
  return { kind, bits: modulusLength ?? (size === undefined ? undefined : Number(size)), curve };
}

function signatureHash(parsed: x509.X509Certificate, name: string): string | undefined {
  // Old hashes are not known to the parser, but stand in the name: md5WithRSAEncryption.
  const old = /md[245]|sha1(?!\d)/i.exec(name)?.[0].toUpperCase();
  if (old) return old === 'SHA1' ? 'SHA-1' : old;
  return 'hash' in parsed.signatureAlgorithm ? hashName(parsed.signatureAlgorithm.hash) : undefined;
}

function hashName(hash: unknown): string | undefined {
  if (typeof hash === 'string') return hash;
  if (typeof hash === 'object' && hash !== null && 'name' in hash) return String(hash.name);
  return undefined;
}
