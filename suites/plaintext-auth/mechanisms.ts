import type { CheckDefinition, Services, Verify } from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';

/** SASL mechanisms that put a reusable secret on the wire (RFC 4616, RFC 7628). */
const PLAINTEXT_MECHANISMS: readonly string[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];

/** Mechanisms whose exchange, overheard, allows guessing the password offline. */
export function isChallengeResponse(mechanism: string): boolean {
  return ['CRAM-MD5', 'DIGEST-MD5', 'NTLM'].includes(mechanism) || mechanism.startsWith('SCRAM-');
}

/** What the checks that read announcements have in common. */
export const READING = {
  asStranger: true,
  needs: [],
  effect: 'reads',
  safety: 'safe',
  budget: '8s',
} as const satisfies Partial<CheckDefinition>;

/** What the checks that try to log in have in common. */
export const LOGGING_IN = {
  asStranger: true,
  needs: ['account'],
  effect: 'fails-logins',
  safety: 'safe',
} as const satisfies Partial<CheckDefinition>;

/** No mechanism among these puts a reusable secret on the wire. */
export function verifyNoPlaintext(
  verify: Pick<Verify, 'that'>,
  mechanisms: readonly string[],
  demand: string,
): boolean {
  return verify.that(!mechanisms.some((mechanism) => PLAINTEXT_MECHANISMS.includes(mechanism)), {
    demand,
    expected: `none of ${PLAINTEXT_MECHANISMS.join(', ')}`,
    actual: listed(mechanisms),
  });
}

/** Mechanisms as a report shows them. */
export function listed(mechanisms: readonly string[]): string {
  return mechanisms.length === 0 ? 'none' : mechanisms.join(' ');
}

/** Mechanisms that are listed before TLS and inside it. */
export interface Phases {
  readonly clear: readonly string[];
  /** Read only when asked for: a finding in the clear must not depend on the handshake. None where TLS is not offered. */
  inside(): Promise<readonly string[]>;
}

/** Asks for the mechanisms of the role. Costs one connection at a time. */
export async function mechanismsInBothPhases(services: Services): Promise<Phases> {
  const { connection, keywords, mechanisms, upgrade } = await announcement(services, { at: 'ready' });
  connection.close();
  return {
    clear: mechanisms,
    async inside() {
      if (!keywords.includes(upgrade)) return [];
      const secured = await announcement(services, { at: 'tls' });
      secured.connection.close();
      return secured.mechanisms;
    },
  };
}
