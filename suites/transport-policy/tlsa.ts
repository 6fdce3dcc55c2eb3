import { createHash, X509Certificate } from 'node:crypto';
import type { Services } from '../../harness/check/check.ts';
import type { Published } from './published.ts';

export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Buffer;
  /** Seconds. */
  readonly ttl: number;
}

/** What a client has to find in the certificate of a server whose authority is published (RFC 7672 §3.2.2). */
export interface Expected {
  /** Host and domain, one of which the certificate names. */
  readonly names: readonly string[];
  readonly sent: readonly Buffer[];
}

const DANE_TA = 2;
const DANE_EE = 3;

/** Whether SMTP clients use a record: the usages 0 and 1 mean nothing to them (RFC 7672 §3.1.3). */
export function isUsable({ usage, selector, matchingType }: TlsaRecord): boolean {
  return (usage === DANE_TA || usage === DANE_EE) && selector <= 1 && matchingType <= 2;
}

/** Why a chain does not satisfy a usable record; null when it does. */
export function objectionTo(
  { certificates }: Pick<Services, 'certificates'>,
  record: TlsaRecord,
  { names, sent }: Expected,
): string | null {
  const [leaf] = sent;
  if (!leaf) return 'no certificate was sent';
  // Neither names nor dates count where the key of the server itself is published (RFC 7672 §3.1.1).
  if (record.usage === DANE_EE) return isOf(record, leaf) ? null : 'it is of another key';
  // An authority that is not sent is no use (RFC 7672 §3.1.2).
  const anchors = sent.filter((der) => isOf(record, der));
  if (anchors.length === 0) return 'no authority that was sent is of this key';
  const { dnsNames, notBefore, notAfter } = certificates.readCertificate(leaf);
  const isNamed = names.some((name) => dnsNames.some((one) => certificates.matchesHostName(one, name)));
  if (!isNamed) return `the certificate is for ${dnsNames.join(', ') || 'no name'}`;
  const now = new Date();
  if (now < notBefore || now > notAfter) return 'the certificate is outside its validity period';
  const path = certificates.trustPath(sent, anchors);
  return path.trusted ? null : path.text;
}

function isOf({ selector, matchingType, certificate }: TlsaRecord, der: Buffer): boolean {
  const selected =
    selector === 0 ? der : new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  if (matchingType === 0) return selected.equals(certificate);
  const algorithm = matchingType === 1 ? 'sha256' : 'sha512';
  return createHash(algorithm).update(selected).digest().equals(certificate);
}

/** Such as `TLSA 3 1 1`. */
export function nameOf({ usage, selector, matchingType }: TlsaRecord): string {
  return `TLSA ${usage} ${selector} ${matchingType}`;
}

export function readTlsa({ data, ttl }: Published['records'][number]): readonly TlsaRecord[] {
  if (typeof data !== 'object' || data === null) return [];
  const number = (name: string) => Number(Reflect.get(data, name));
  const certificate: unknown = Reflect.get(data, 'certificate');
  if (!(certificate instanceof Uint8Array)) return [];
  const [usage, selector, matchingType] = [number('usage'), number('selector'), number('matchingType')];
  return [{ usage, selector, matchingType, certificate: Buffer.from(certificate), ttl }];
}
