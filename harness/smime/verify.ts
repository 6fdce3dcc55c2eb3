import 'reflect-metadata';
import { createHash, timingSafeEqual, verify as verifyOctets, X509Certificate } from 'node:crypto';
import { ContentInfo, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { readHeader } from '../messages/header.ts';
import { CRLF } from '../wire/bytes.ts';
import { ATTRIBUTES, CONTENT_TYPES, coveredBySignature } from './cms.ts';

/** Whether a signature holds, and why not if it does not. */
export interface SignatureFinding {
  readonly valid: boolean;
  /** A sentence. */
  readonly reason: string;
}

const DIGESTS: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** See `verifySignedMessage`. */
export function verified(message: Buffer, certificate?: Buffer): SignatureFinding {
  const { fields, body } = readHeader(message);
  const contentType = fields.find(({ name }) => name === 'content-type')?.value ?? '';
  const boundary = /^multipart\/signed\s*;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/is.exec(contentType);
  const [, quoted, bare] = boundary ?? [];
  if (!boundary) return invalid(`The Content-Type is no multipart/signed with a boundary: ${contentType}`);
  const [content, signature, ...others] = partsOf(body, quoted ?? bare ?? '');
  if (!content || !signature || others.length > 0)
    return invalid('A multipart/signed has two parts, found another number of them.');
  try {
    return judged(content, Buffer.from(readHeader(signature).body.toString('latin1'), 'base64'), certificate);
  } catch (failure) {
    if (!(failure instanceof Error)) throw failure;
    return invalid(`The signature cannot be read: ${failure.message}`);
  }
}

function judged(content: Buffer, der: Buffer, wanted: Buffer | undefined): SignatureFinding {
  const outer = AsnConvert.parse(der, ContentInfo);
  if (outer.contentType !== CONTENT_TYPES.signedData) return invalid('The second part is no SignedData.');
  const { signerInfos, certificates } = AsnConvert.parse(outer.content, SignedData);
  const info = signerInfos[0];
  const [came] = [...(certificates ?? [])].flatMap((one) => one.certificate ?? []);
  if (!info || !came) return invalid('The SignedData has no signer or no certificate.');
  const certificate = Buffer.from(AsnConvert.serialize(came));
  if (wanted && !certificate.equals(wanted)) return invalid('The certificate is another one.');
  return digestHolds(info, content) ?? signatureHolds(info, certificate);
}

/** Why the digest of the content is not the signed one; undefined where it is. */
function digestHolds(
  { digestAlgorithm, signedAttrs = [] }: SignerInfo,
  content: Buffer,
): SignatureFinding | undefined {
  const method = DIGESTS[digestAlgorithm.algorithm];
  const value = signedAttrs.find(({ attrType }) => attrType === ATTRIBUTES.messageDigest)?.attrValues[0];
  if (!method || !value) return invalid('The signature names no digest that is known.');
  const signed = Buffer.from(AsnConvert.parse(value, OctetString).buffer);
  const actual = createHash(method).update(content).digest();
  if (signed.length === actual.length && timingSafeEqual(signed, actual)) return undefined;
  return invalid(
    `The first part has changed: its digest is ${actual.toString('hex')}, the signed one ${signed.toString('hex')}.`,
  );
}

function signatureHolds(
  { digestAlgorithm, signedAttrs, signature }: SignerInfo,
  certificate: Buffer,
): SignatureFinding {
  if (!signedAttrs) return invalid('The signature has no signed attributes.');
  const { publicKey } = new X509Certificate(certificate);
  const method = DIGESTS[digestAlgorithm.algorithm] ?? 'sha256';
  return verifyOctets(method, coveredBySignature(signedAttrs), publicKey, Buffer.from(signature.buffer))
    ? { valid: true, reason: 'The signature holds.' }
    : invalid('The signature is not that of the key in the certificate.');
}

function invalid(reason: string): SignatureFinding {
  return { valid: false, reason };
}

/** The octets between the delimiters; the line end in front of one belongs to it (RFC 2046 §5.1.1). */
function partsOf(body: Buffer, boundary: string): readonly Buffer[] {
  const delimiter = Buffer.concat([CRLF, Buffer.from(`--${boundary}`)]);
  const whole = Buffer.concat([CRLF, body]);
  const parts: Buffer[] = [];
  for (let at = whole.indexOf(delimiter); at >= 0; ) {
    const after = whole.subarray(at + delimiter.length);
    if (after.toString('latin1', 0, 2) === '--') return parts;
    const start = whole.indexOf(CRLF, at + delimiter.length) + CRLF.length;
    // The line end of one delimiter may begin the next one, where a part is empty.
    const next = whole.indexOf(delimiter, start - CRLF.length);
    if (next < 0) return [...parts, whole.subarray(start)];
    parts.push(whole.subarray(start, Math.max(start, next)));
    at = next;
  }
  return parts;
}
