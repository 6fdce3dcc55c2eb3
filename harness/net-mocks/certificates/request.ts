import { isIP } from 'node:net';
import { parseName } from '../dns/names.ts';
import { fieldsOf, InputError, type Parse, parseList, parseOneOf, parseString } from '../input/parse.ts';

/** What is right or wrong with a certificate; everything not named is in order. */
export type CertificateVariant =
  | 'good'
  /** Ended yesterday. */
  | 'expired'
  /** Begins tomorrow. */
  | 'not-yet-valid'
  /** Issued for `wrong-name.invalid` only. */
  | 'wrong-name'
  /** Signed with its own key. */
  | 'self-signed'
  /** Signed with its own key, and ended yesterday. */
  | 'self-signed-expired'
  /** Issued by a second authority that nobody is told to trust. */
  | 'untrusted-ca'
  /** Signature over a SHA-1 digest. */
  | 'sha1'
  /** RSA with 1024 bits. */
  | 'weak-key'
  /** The name stands in the subject only, which RFC 9525 2 no longer counts. */
  | 'common-name-only';

const VARIANTS = [
  'good',
  'expired',
  'not-yet-valid',
  'wrong-name',
  'self-signed',
  'self-signed-expired',
  'untrusted-ca',
  'sha1',
  'weak-key',
  'common-name-only',
] as const satisfies readonly CertificateVariant[];

export type KeyKind = 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-1024' | 'rsa-512';

const KEYS = ['ec-p256', 'ec-p384', 'rsa-2048', 'rsa-1024', 'rsa-512'] as const satisfies readonly KeyKind[];

export interface CertificateRequest {
  /** `good` when absent. */
  variant?: CertificateVariant;
  /** DNS names (also `*.x.test`) and IP addresses; the first one is also the common name. */
  names: string[];
  /** `ec-p256` when absent. */
  key?: KeyKind;
}

export interface CertificateSettings {
  variant: CertificateVariant;
  names: string[];
  key: KeyKind;
}

const parseHost: Parse<string> = (value, path) =>
  isIP(parseString(value, path)) === 0 ? parseName(value, path) : parseString(value, path);

export const parseCertificateRequest: Parse<CertificateSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const variant = fields.withDefault('variant', parseOneOf(VARIANTS), 'good' as const);
  const names = fields.required('names', parseList(parseHost));
  const key = fields.optional('key', parseOneOf(KEYS));
  fields.end();
  if (names.length === 0)
    throw new InputError(`${path}.names`, 'expected at least one name, got an empty list');
  if (variant === 'weak-key' && key !== undefined && key !== 'rsa-1024' && key !== 'rsa-512')
    throw new InputError(`${path}.key`, `a weak key is rsa-1024 or rsa-512, not ${key}`);
  return { variant, names, key: key ?? (variant === 'weak-key' ? 'rsa-1024' : 'ec-p256') };
};
