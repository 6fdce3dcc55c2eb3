/** Mail for this domain, and for those below it, leaves inside TLS only (RFC 3207 §6). */
export const TLS_REQUIRED_DOMAIN = 'tls-required.test';

/** Whether mail for a domain, given in lower case, may leave inside TLS only. */
export function requiresTls(domain: string): boolean {
  return domain === TLS_REQUIRED_DOMAIN || domain.endsWith(`.${TLS_REQUIRED_DOMAIN}`);
}
