import type { FaultName } from '../../model/faults.ts';

export type KeyKind = 'ec-p256' | 'rsa-2048' | 'rsa-1024';

/** How a server certificate is made; the defaults of `certificateFlaws` are a good one. */
export interface CertificateFlaws {
  readonly key: KeyKind;
  /** dNSName entries; none: no subjectAltName. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** `intermediate`: an authority below the trusted one; `constrained`: one that may not certify the names of this site. */
  readonly issuer: 'trusted' | 'unknown' | 'intermediate' | 'constrained' | 'self';
  /** What is sent after the certificate; `root-first` puts the intermediate authority after the one above it. */
  readonly sends: 'issuer' | 'nothing' | 'root-first';
  /** It has a critical extension that nobody knows. */
  readonly unknownCritical: boolean;
  /** Hash of the signature. */
  readonly hash: 'SHA-256' | 'SHA-1';
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The certificate as the faults have it. */
export function certificateFlaws(
  names: readonly [string, ...string[]],
  faulty: (fault: FaultName) => boolean,
): CertificateFlaws {
  const [host] = names;
  const from = (before: number, after: number) => ({
    notBefore: new Date(Date.now() + before),
    notAfter: new Date(Date.now() + after),
  });
  const flaws: readonly [FaultName, Partial<CertificateFlaws>][] = [
    ['certificate-expired', from(-90 * DAY_MS, -DAY_MS)],
    ['certificate-not-yet-valid', from(DAY_MS, 90 * DAY_MS)],
    ['certificate-about-to-expire', from(-80 * DAY_MS, 10 * DAY_MS)],
    ['certificate-of-another-host', { names: ['mail.other.test'] }],
    ['certificate-names-subject-only', { names: [] }],
    ['certificate-omits-mail-domain', { names: [host] }],
    ['certificate-self-signed', { issuer: 'self' }],
    ['certificate-of-unknown-authority', { issuer: 'unknown' }],
    ['certificate-chain-incomplete', { issuer: 'intermediate', sends: 'nothing' }],
    ['certificate-outside-name-constraints', { issuer: 'constrained' }],
    ['certificates-out-of-order', { issuer: 'intermediate', sends: 'root-first' }],
    ['certificate-with-unknown-critical-extension', { unknownCritical: true }],
    ['certificate-signed-with-sha1', { hash: 'SHA-1' }],
    ['certificate-key-rsa-1024', { key: 'rsa-1024' }],
    // Key transport by RSA needs an RSA key.
    ['tls-prefers-rsa-key-transport', { key: 'rsa-2048' }],
    ['tls-accepts-rsa-key-transport', { key: 'rsa-2048' }],
  ];
  const good: CertificateFlaws = {
    key: 'ec-p256',
    names,
    ...from(-HOUR_MS, 7 * DAY_MS),
    issuer: 'trusted',
    sends: 'issuer',
    unknownCritical: false,
    hash: 'SHA-256',
  };
  let made = good;
  for (const [fault, change] of flaws) if (faulty(fault)) made = { ...made, ...change };
  return made;
}
