import {
  type CheckDefinition,
  type Connection,
  ROLES,
  type Services,
  type Verify,
} from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';

/** Every role: TLS is implicit there or can be reached by an upgrade. */
const TLS_ROLES = ['mx', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const;

/** Roles of users, where no client goes on without TLS; port 25 is opportunistic (RFC 7435 §3). */
export const ACCESS_ROLES = ['submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const;

/** What the checks have in common that complete handshakes on every role. */
export const SHAKES_HANDS = {
  roles: TLS_ROLES,
  needs: [],
  effect: 'reads',
  safety: 'safe',
} as const satisfies Partial<CheckDefinition>;

/** What the checks have in common that write ClientHellos of their own to every role. */
export const WRITES_HELLOS = {
  ...SHAKES_HANDS,
  needs: ['raw-tls'],
} as const satisfies Partial<CheckDefinition>;

/**
 * A connection on which the next octets are a ClientHello: at once on an implicit-TLS role, behind the
 * go-ahead elsewhere. Not applicable where no upgrade is offered.
 */
export async function atTheDoor(services: Services): Promise<Connection> {
  const { role, connect, notApplicable, inconclusive } = services;
  if (ROLES[role].tls === 'implicit') return connect({ role });
  const { connection, keywords, line, refusal, upgrade, askForTls } = await announcement(services, {
    at: 'ready',
  });
  // A POP3 server without CAPA cannot announce what it has (RFC 2449 §5).
  const isMute = role === 'pop3' && refusal !== undefined;
  if (!isMute && !keywords.includes(upgrade))
    return notApplicable(`${role} does not offer ${upgrade}.`, line);
  const { positive, text } = await askForTls();
  if (!positive && isMute) return notApplicable(`${role} has neither CAPA nor ${upgrade}.`, text);
  if (!positive) return inconclusive('precondition', `${role} offers ${upgrade} and refuses it: ${text}`);
  return connection;
}

/** Where a deviation counts fully, or is a warning. */
export type Strength = Omit<Verify, 'ideally'>;

/** On port 25 a weak protocol is better than none, unless the target declares that TLS is required there. */
export function strengthFor(verify: Verify, { role, target }: Pick<Services, 'role' | 'target'>): Strength {
  return role === 'mx' && !target.claims.mxRequiresTls ? verify.ideally : verify;
}
