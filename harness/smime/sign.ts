import 'reflect-metadata';
import { createHash, KeyObject, sign as signOctets, webcrypto } from 'node:crypto';
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifiers,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, Certificate, Time } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { base64, CRLF, lines } from '../wire/bytes.ts';
import { ATTRIBUTES, CONTENT_TYPES, coveredBySignature } from './cms.ts';

/** Somebody who signs: a self-signed certificate for an address and its key. */
export interface Signer {
  /** DER. */
  readonly certificate: Buffer;
  /**
   * Signs a MIME part, leaving it readable (RFC 8551 §3.5.3).
   * @param part header and body of the part, with CRLF line ends, as it stands between the delimiters
   * @param boundary occurs nowhere in the part
   */
  sign(part: Buffer, boundary: string): SignedEntity;
}

/** A multipart/signed: the value of its Content-Type field, and the body with CRLF line ends. */
export interface SignedEntity {
  readonly contentType: string;
  readonly body: Buffer;
}

const SHA256 = '2.16.840.1.101.3.4.2.1';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const DAY = 86_400_000;
/** Characters of base64 on one line (RFC 2045 §6.8). */
const WIDTH = 76;

/** See `signer`. */
export async function createSigner(address: string): Promise<Signer> {
  x509.cryptoProvider.set(globalThis.crypto);
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [address] }],
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + DAY),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.4']),
      new x509.SubjectAlternativeNameExtension([{ type: 'email', value: address }]),
    ],
  });
  const identity = {
    certificate: Buffer.from(certificate.rawData),
    privateKey: KeyObject.from(keys.privateKey),
  };
  return {
    certificate: identity.certificate,
    sign: (part, boundary) => signedEntity(part, detachedSignature(part, identity), boundary),
  };
}

function signedEntity(part: Buffer, signature: Buffer, boundary: string): SignedEntity {
  const wrapped = base64(signature).match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [];
  return {
    contentType: `multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="${boundary}"`,
    body: Buffer.concat([
      lines(`--${boundary}`),
      part,
      CRLF,
      lines(
        `--${boundary}`,
        'Content-Type: application/pkcs7-signature; name=smime.p7s',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename=smime.p7s',
        '',
        ...wrapped,
        '',
        `--${boundary}--`,
      ),
    ]),
  };
}

/** The SignedData over content that stands elsewhere, DER (RFC 5652 §5). */
function detachedSignature(
  content: Buffer,
  { certificate, privateKey }: { readonly certificate: Buffer; readonly privateKey: KeyObject },
): Buffer {
  const parsed = AsnConvert.parse(certificate, Certificate);
  const digest = createHash('sha256').update(content).digest();
  const signedAttrs = inOrder([
    attribute(ATTRIBUTES.contentType, CONTENT_TYPES.dataDer),
    attribute(ATTRIBUTES.signingTime, AsnConvert.serialize(new Time(new Date()))),
    attribute(ATTRIBUTES.messageDigest, AsnConvert.serialize(new OctetString(digest))),
  ]);
  const { issuer, serialNumber } = parsed.tbsCertificate;
  const algorithm = new AlgorithmIdentifier({ algorithm: SHA256 });
  const info = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm: algorithm,
    signedAttrs,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 }),
    signature: new OctetString(signOctets('sha256', coveredBySignature(signedAttrs), privateKey)),
  });
  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([algorithm]),
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: CONTENT_TYPES.data }),
    certificates: new CertificateSet([new CertificateChoices({ certificate: parsed })]),
    signerInfos: new SignerInfos([info]),
  });
  const outer = new ContentInfo({
    contentType: CONTENT_TYPES.signedData,
    content: AsnConvert.serialize(signedData),
  });
  return Buffer.from(AsnConvert.serialize(outer));
}

function attribute(attrType: string, value: ArrayBuffer): Attribute {
  return new Attribute({ attrType, attrValues: [value] });
}

/** DER wants the members of a set in the order of their encodings (X.690 §11.6). */
function inOrder(attributes: readonly Attribute[]): Attribute[] {
  const encoding = (one: Attribute) => Buffer.from(AsnConvert.serialize(one));
  return [...attributes].sort((one, other) => Buffer.compare(encoding(one), encoding(other)));
}
