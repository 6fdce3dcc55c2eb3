import { createHash } from 'node:crypto';
import type { CertificateRecord } from '../../reports/model/record.ts';
import { readCertificate } from '../certificates/certificates.ts';
import { visible } from '../evidence/visible.ts';

/** Names of one certificate that a record has room for; some of content networks have hundreds. */
const MOST_NAMES = 20;
/** Longest distinguished name, in characters. */
const LONGEST = 300;

/** SHA-256 of a certificate, in hexadecimal. */
export function fingerprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}

/** What a record tells of a certificate; of one that cannot be read it says that. */
export function certificateRecord(der: Buffer): CertificateRecord {
  const fingerprint = fingerprintOf(der);
  try {
    const { subject, issuer, dnsNames, notBefore, notAfter, key, signature, selfSigned } =
      readCertificate(der);
    return {
      fingerprint,
      subject: shown(subject),
      issuer: shown(issuer),
      names: dnsNames.slice(0, MOST_NAMES).map(shown),
      namesOmitted: Math.max(0, dnsNames.length - MOST_NAMES),
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
      key: shown([key.kind, key.curve ?? key.bits].filter((part) => part !== undefined).join(' ')),
      signature: shown(signature),
      selfSigned,
    };
  } catch (thrown) {
    const why = shown(`cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return {
      fingerprint,
      subject: why,
      issuer: '',
      names: [],
      namesOmitted: 0,
      notBefore: null,
      notAfter: null,
      key: '',
      signature: '',
      selfSigned: false,
    };
  }
}

function shown(text: string): string {
  const all = visible(text);
  return all.length <= LONGEST ? all : `${all.slice(0, LONGEST)}…`;
}
