import {
  type CheckDefinition,
  type Connection,
  ROLES,
  type Services,
  TlsFailed,
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
 * A connection on which the next octets are a ClientHello: at once on an implicit-TLS role, after the
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

/** Null, or how a handshake with a server name fails; with none where that is empty. */
export async function handshakeFailure(services: Services, serverName: string): Promise<string | null> {
  const connection = await atTheDoor(services);
  try {
    await connection.startTls({ serverName, minVersion: 'TLSv1' });
    return null;
  } catch (failure) {
    if (failure instanceof TlsFailed) return failure.message;
    throw failure;
  } finally {
    connection.close();
  }
}

/**
 * How a handshake fails with the name of the host alone, which is what every client sends: with another name, or with
 * none, it completes. Undefined where that is not so.
 */
export async function refusalOfOwnName(services: Services): Promise<string | undefined> {
  const failure = await handshakeFailure(services, services.target.hostname);
  if (failure === null) return undefined;
  for (const serverName of ['', `unknown-${services.nonce}.test`]) {
    if ((await handshakeFailure(services, serverName)) !== null) continue;
    const which = serverName === '' ? 'without a name' : 'with an unknown name';
    return `with the name of the host: ${failure} A handshake ${which} completes.`;
  }
  return undefined;
}

/** Where a deviation counts fully, or is a warning. */
export type Strength = Omit<Verify, 'ideally'>;

/** On port 25 a weak protocol is better than none, unless the target declares that TLS is required there. */
export function strengthFor(verify: Verify, { role, target }: Pick<Services, 'role' | 'target'>): Strength {
  return role === 'mx' && !target.claims.mxRequiresTls ? verify.ideally : verify;
}
