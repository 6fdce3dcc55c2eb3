import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError } from '../model/configuration-error.ts';
import { Refusal } from './refusal.ts';

/** What the payload of an envelope is (in-toto attestation framework, Envelope). */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const envelopeSchema = z.strictObject({
  payload: z.base64(),
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z.tuple([z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.base64() })]),
});

/** What was signed, and by which key. */
export interface Envelope {
  readonly payload: Buffer;
  /** SHA-256 of the public key (DER of its SubjectPublicKeyInfo), in hexadecimal. */
  readonly keyId: string;
  readonly signature: Buffer;
}

/** The octets that are signed: the pre-authentication encoding of the DSSE protocol, version 1. */
export function preAuthenticationEncoding(payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** An envelope as a file: one line of JSON. */
export function writeEnvelope({ payload, keyId, signature }: Envelope): string {
  const envelope = {
    payload: payload.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: keyId, sig: signature.toString('base64') }],
  };
  return `${JSON.stringify(envelope)}\n`;
}

/** Reads an envelope. @throws Refusal where it is none, or not written as mailspec writes it */
export function readEnvelope(text: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('The seal is no JSON.');
  }
  const read = envelopeSchema.safeParse(value);
  if (!read.success)
    throw new Refusal('The seal is no DSSE envelope with one signature over an in-toto statement.');
  const [{ keyid, sig }] = read.data.signatures;
  const envelope = {
    payload: Buffer.from(read.data.payload, 'base64'),
    keyId: keyid,
    signature: Buffer.from(sig, 'base64'),
  };
  // One statement has one spelling, so that no octet of an archive can change unseen.
  if (writeEnvelope(envelope) !== text) throw new Refusal('The seal is not written as mailspec writes it.');
  return envelope;
}

/** The key types that sign: Ed25519, and ECDSA on P-256 with SHA-256. */
export function algorithmOf(key: KeyObject): 'Ed25519' | 'ECDSA P-256' {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519';
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (isP256) return 'ECDSA P-256';
  throw new ConfigurationError(
    `A key must be one of Ed25519, or of ECDSA on the curve P-256; this one is ${key.asymmetricKeyType ?? 'of another kind'}.`,
  );
}

/** SHA-256 of a public key, in hexadecimal; the same for both halves of a pair. */
export function keyIdOf(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(half.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

/** Signs a payload; signatures of ECDSA are in DER. */
export function signPayload(payload: Buffer, key: KeyObject): Envelope {
  const hash = algorithmOf(key) === 'Ed25519' ? null : 'sha256';
  return { payload, keyId: keyIdOf(key), signature: sign(hash, preAuthenticationEncoding(payload), key) };
}

/** Whether the signature of an envelope is one of this public key over its payload. */
export function isSignedBy({ payload, signature }: Omit<Envelope, 'keyId'>, key: KeyObject): boolean {
  const hash = algorithmOf(key) === 'Ed25519' ? null : 'sha256';
  return verify(hash, preAuthenticationEncoding(payload), key, signature);
}
