import type { Attribute } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';

/** Attributes of a signature (RFC 5652 §11). */
export const ATTRIBUTES = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const;

/** Content types (RFC 5652 §4, §5.1). */
export const CONTENT_TYPES = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  /** `data` as DER writes it. */
  dataDer: new Uint8Array([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]).buffer,
} as const;

const SET = 0x31;

/** What a signature covers: its attributes, in their order, with the tag of a set (RFC 5652 §5.4). */
export function coveredBySignature(attributes: readonly Attribute[]): Buffer {
  const members = Buffer.concat(attributes.map((one) => Buffer.from(AsnConvert.serialize(one))));
  return Buffer.concat([Buffer.of(SET), length(members.length), members]);
}

/** A definite length (X.690 §8.1.3). */
function length(octets: number): Buffer {
  if (octets < 0x80) return Buffer.of(octets);
  const digits: number[] = [];
  for (let rest = octets; rest > 0; rest = Math.floor(rest / 0x100)) digits.unshift(rest % 0x100);
  return Buffer.of(0x80 | digits.length, ...digits);
}
