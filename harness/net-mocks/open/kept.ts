import { generateKeyPairSync } from 'node:crypto';
import type { KeptAuthority } from '../certificates/authority.ts';
import type { KeyPair } from './options.ts';

/** What an open lab keeps from one start to the next, made anew: all as PEM. */

/** Whoever was told to trust one is not told again for ten years. */
const AUTHORITY_DAYS = 3_650;

/** The authority behind the certificates of a lab. */
export async function newAuthority(zone: string): Promise<KeptAuthority> {
  const { makeAuthority } = await import('../certificates/authority.ts');
  return makeAuthority(`mailspec open lab of ${zone}`, AUTHORITY_DAYS);
}

/** A certificate for the control interface, known by its fingerprint. */
export async function newControlCertificate(names: readonly string[]): Promise<KeyPair> {
  const { makeSelfSigned } = await import('../certificates/authority.ts');
  const { chain, key } = await makeSelfSigned(names, AUTHORITY_DAYS);
  return { chain, key };
}

/** The key of a signed zone (RFC 6605). */
export function newZoneKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
