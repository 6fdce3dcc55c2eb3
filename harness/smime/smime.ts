import type { SignedEntity, Signer } from './sign.ts';
import type { SignatureFinding } from './verify.ts';

// Loaded when they are used: their libraries take long to load, and few checks sign anything.

export type { SignatureFinding, SignedEntity, Signer };

/** A fresh signer with a key on P-256, whose certificate names the address (RFC 8550 §3). */
export async function signer(address: string): Promise<Signer> {
  const { createSigner } = await import('./sign.ts');
  return createSigner(address);
}

/**
 * Verifies a multipart/signed message as a mail program does: digest of the first part, then the signature
 * over it by the key of the certificate that the second part brings (RFC 8551 §3.5.3, RFC 5652 §5.4, §5.6).
 * Nobody is asked whether that certificate deserves trust.
 * @param message with CRLF line ends
 * @param certificate the only one that counts, DER; the one that came along where none is given
 */
export async function verifySignedMessage(message: Buffer, certificate?: Buffer): Promise<SignatureFinding> {
  const { verified } = await import('./verify.ts');
  return verified(message, certificate);
}
