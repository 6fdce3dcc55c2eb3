import { createHash, X509Certificate } from 'node:crypto';
import { readCertificate } from '../../../certificates/certificate.ts';
import { matchesHostName } from '../../../certificates/host-name.ts';
import { trustPath } from '../../../certificates/trust-path.ts';
import type { FaultName } from '../../../model/faults.ts';
import type { Objection } from './objection.ts';

/** A TLSA record (RFC 6698 §2.1). */
export interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly association: Buffer;
}

const NO_CERTIFICATE: Objection = {
  resultType: 'validation-failure',
  text: 'the server shows no certificate',
};
const DANE_TA = 2;
const DANE_EE = 3;
const DIGESTS: Readonly<Record<number, { readonly name: string; readonly length: number }>> = {
  1: { name: 'sha256', length: 32 },
  2: { name: 'sha512', length: 64 },
};

export function readTlsa(rdata: Buffer): Tlsa {
  const [usage = 255, selector = 255, matchingType = 255] = rdata;
  return { usage, selector, matchingType, association: rdata.subarray(3) };
}

/** Whether a client for SMTP can use a record: usages 2 and 3 with known parameters (RFC 7672 §3.1, RFC 6698 §4.1). */
export function isUsable({ usage, selector, matchingType, association }: Tlsa): boolean {
  if (usage !== DANE_TA && usage !== DANE_EE) return false;
  if (selector > 1) return false;
  if (matchingType === 0) return association.length > 0;
  return DIGESTS[matchingType]?.length === association.length;
}

/**
 * Why a chain does not satisfy any of the records; undefined when it satisfies one (RFC 7672 §3.1, §3.2).
 * @param sent DER, the server certificate first
 * @param names reference names: the TLSA base domain first, then the next-hop domain (RFC 7672 §3.2.2)
 */
export function daneObjection(
  records: readonly Tlsa[],
  sent: readonly Buffer[],
  names: readonly string[],
  faulty: (fault: FaultName) => boolean = () => false,
): Objection | undefined {
  const [leaf] = sent;
  if (!leaf) return NO_CERTIFICATE;
  const named = () => isNamed(leaf, names);
  const satisfied = records.some((record) => {
    if (record.usage === DANE_EE) {
      // Neither name nor dates count (RFC 7672 §3.1.1).
      return matches(record, leaf) && (!faulty('dane-demands-name-of-pinned-key') || named());
    }
    const anchors = sent.filter((der) => matches(record, der));
    return (
      anchors.length > 0 &&
      isCurrent(leaf) &&
      trustPath(sent, anchors).trusted &&
      (faulty('dane-skips-name-below-trust-anchor') || named())
    );
  });
  if (satisfied) return undefined;
  return { resultType: 'validation-failure', text: 'no TLSA record matches what the server shows' };
}

/** Why a chain is not what the public key infrastructure calls good for a name (RFC 8461 §4.2). */
export function pkixObjection(
  sent: readonly Buffer[],
  anchors: readonly Buffer[],
  name: string | undefined,
): Objection | undefined {
  const [leaf] = sent;
  if (!leaf) return NO_CERTIFICATE;
  if (!isCurrent(leaf)) {
    return { resultType: 'certificate-expired', text: 'the certificate is outside its validity period' };
  }
  const path = trustPath(sent, anchors);
  if (!path.trusted) return { resultType: 'certificate-not-trusted', text: path.text };
  if (name === undefined || isNamed(leaf, [name])) return undefined;
  return { resultType: 'certificate-host-mismatch', text: `the certificate does not name ${name}` };
}

function isNamed(leaf: Buffer, names: readonly string[]): boolean {
  const { dnsNames } = readCertificate(leaf);
  return names.some((name) => dnsNames.some((presented) => matchesHostName(presented, name)));
}

function isCurrent(leaf: Buffer): boolean {
  const { notBefore, notAfter } = readCertificate(leaf);
  const now = new Date();
  return notBefore <= now && now <= notAfter;
}

function matches({ selector, matchingType, association }: Tlsa, der: Buffer): boolean {
  const selected =
    selector === 0 ? der : new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  const digest = DIGESTS[matchingType];
  return (digest ? createHash(digest.name).update(selected).digest() : selected).equals(association);
}
