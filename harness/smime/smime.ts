/** S/MIME signatures (RFC 8551), handed to checks as `smime`. */
export { type SignedEntity, type Signer, signedEntity, signer } from './sign.ts';
export { type SignatureFinding, verifySignedMessage } from './verify.ts';
