import type { Account, SaslMechanism, Services } from '../check/check.ts';

/**
 * The mechanism to log in by, among those that a server lists inside TLS: the plainest first, because the
 * login is not what is tested. PLAIN where the server lists none that is known here.
 * @param listed names in upper case, such as `SCRAM-SHA-256`
 */
export function chosenMechanism(
  { sasl }: Pick<Services, 'sasl'>,
  listed: readonly string[],
  { login, password }: Account,
): SaslMechanism {
  const credentials = { login, password };
  if (listed.includes('PLAIN')) return sasl.plain(credentials);
  if (listed.includes('LOGIN')) return sasl.login(credentials);
  if (listed.includes('SCRAM-SHA-256')) return sasl.scram({ ...credentials, hash: 'SHA-256' });
  if (listed.includes('SCRAM-SHA-1')) return sasl.scram({ ...credentials, hash: 'SHA-1' });
  if (listed.includes('CRAM-MD5')) return sasl.cramMd5(credentials);
  return sasl.plain(credentials);
}

/** SASL mechanisms of an IMAP capability list (`AUTH=…`, RFC 9051 §6.1.1). */
export function imapMechanisms(capabilities: ReadonlySet<string> | undefined): string[] {
  return [...(capabilities ?? [])]
    .filter((capability) => capability.startsWith('AUTH='))
    .map((capability) => capability.slice('AUTH='.length));
}
