import type { SigningKey } from '../dkim/keys.ts';

/** Who seals, and what the set says (RFC 8617 §4.1). */
export interface SealOrder {
  readonly domain: string;
  readonly selector: string;
  readonly key: SigningKey;
  /** Text of the ARC-Authentication-Results field after the instance. */
  readonly results: string;
  /** `cv=` of the seal; what is right for a first set when absent. */
  readonly validation?: 'none' | 'pass' | 'fail';
}

/**
 * The message with one more ARC set above it.
 * @throws Error when the message cannot be sealed
 */
export async function sealed(
  message: Buffer,
  { domain, selector, key, results, validation = 'none' }: SealOrder,
): Promise<Buffer> {
  const { sealMessage } = await import('mailauth/lib/arc/index.js');
  const set = await sealMessage(message, {
    signingDomain: domain,
    selector,
    privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    authResults: results,
    cv: validation,
  });
  return Buffer.concat([set, message]);
}
