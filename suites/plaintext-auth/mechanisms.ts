/** SASL mechanisms that put a reusable secret on the wire (RFC 4616, RFC 7628). */
export const PLAINTEXT_MECHANISMS: readonly string[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];

/** Mechanisms that carry a bearer token, replayable until it expires (RFC 7628). */
export const BEARER_MECHANISMS: readonly string[] = ['XOAUTH2', 'OAUTHBEARER'];

/** Mechanisms whose exchange, overheard, allows guessing the password offline. */
export function isChallengeResponse(mechanism: string): boolean {
  return ['CRAM-MD5', 'DIGEST-MD5', 'NTLM'].includes(mechanism) || mechanism.startsWith('SCRAM-');
}

/** SASL mechanisms of an IMAP capability list (`AUTH=…`, RFC 9051 §6.1.1). */
export function imapMechanisms(capabilities: ReadonlySet<string> | undefined): string[] {
  return [...(capabilities ?? [])]
    .filter((capability) => capability.startsWith('AUTH='))
    .map((capability) => capability.slice('AUTH='.length));
}

/** Mechanisms as a report shows them. */
export function listed(mechanisms: readonly string[]): string {
  return mechanisms.length === 0 ? 'none' : mechanisms.join(' ');
}
