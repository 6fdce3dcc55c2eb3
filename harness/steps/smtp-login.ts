import type { Account, Role, Services, SmtpClient } from '../check/check.ts';
import { chosenMechanism } from './mechanism.ts';
import { lineOf } from './replies.ts';

/** Roles on which a user hands mail in, the one that needs no upgrade first. */
export const SENDING_ROLES = ['submissions', 'submission'] as const satisfies readonly Role[];

/** Whose session, where and from where. */
export interface UserSession {
  /** The first account where none is given. */
  readonly account?: Account;
  /** The role under test where it is one of submission; else 587 before 465. */
  readonly role?: Role;
  /** Name of the vantage; the first one where none is given. */
  readonly vantage?: string;
}

/** Role on which a user can hand mail in; undefined where the target declares none. */
export function sendingRole({ target, role }: Pick<Services, 'target' | 'role'>): Role | undefined {
  const own = SENDING_ROLES.find((one) => one === role);
  return own ?? (['submission', 'submissions'] as const).find((one) => target.endpoints[one]);
}

/**
 * A session of a user inside TLS, logged in, in which mail may be sent. EHLO announced the capabilities on
 * this channel. Costs one connection.
 * @throws NotApplicable where the target declares no submission role, or offers no TLS on it
 * @throws Inconclusive where the login is refused
 */
export async function openUser(services: Services, session: UserSession = {}): Promise<SmtpClient> {
  const { smtp, account, notApplicable } = services;
  const role = session.role ?? sendingRole(services);
  if (!role) return notApplicable('The target declares no submission role.', 'neither 587 nor 465');
  const { vantage } = session;
  const client = await smtp({ role, at: 'tls', ...(vantage === undefined ? {} : { vantage }) });
  await logInBySmtp(services, client, session.account ?? account());
  return client;
}

/** A session of a stranger on mx, after EHLO; inside TLS where mx asks for it. Costs one connection. */
export function openStranger({ smtp, target }: Pick<Services, 'smtp' | 'target'>): Promise<SmtpClient> {
  return smtp({ role: 'mx', at: target.claims.mxRequiresTls ? 'tls' : 'ready' });
}

/**
 * Logs in by a mechanism that the server lists (RFC 4954 §4), PLAIN where it lists none.
 * @throws Inconclusive where the login is refused
 */
export async function logInBySmtp(services: Services, client: SmtpClient, account: Account): Promise<void> {
  const { sasl, inconclusive } = services;
  const mechanism = chosenMechanism(services, client.capabilities?.mechanisms ?? [], account);
  const { accepted, outcome } = await sasl.authenticateSmtp(client, mechanism);
  if (accepted) return;
  client.connection.close();
  const seen = outcome.kind === 'reply' ? lineOf(outcome.reply) : outcome.kind;
  inconclusive(
    'precondition',
    `The login of ${account.address} by ${mechanism.name}, which this check builds on, is refused: ${seen}`,
  );
}
