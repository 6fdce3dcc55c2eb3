import type { Account, ImapClient, Role, Services } from '../check/check.ts';
import { beforeLogin } from './before-login.ts';
import { type GivenTime, giveTime } from './given-time.ts';
import { chosenMechanism, imapMechanisms } from './mechanism.ts';

/** Roles of IMAP, best protected first. */
export const IMAP_ROLES = ['imaps', 'imap'] as const satisfies readonly Role[];

/** Pause before the next login where there are too many sessions (RFC 5530 §3, LIMIT), in milliseconds. */
const BUSY_PAUSE = 1_000;

/** Whose session, where and from where. */
export interface ImapSession {
  /** The first account where none is given. */
  readonly account?: Account;
  /** The role under test where it is one of IMAP; else the first declared of `IMAP_ROLES`. */
  readonly role?: Role;
  readonly vantage?: string;
  /** UTF-8 in header fields is asked for where it is offered (RFC 6855 §3): else such mail may be shown otherwise. */
  readonly utf8?: boolean;
}

/** What logging in needs. */
export type LoginServices = Pick<
  Services,
  | 'account'
  | 'imap'
  | 'inconclusive'
  | 'mailboxes'
  | 'notApplicable'
  | 'ownDelay'
  | 'pause'
  | 'pop3'
  | 'role'
  | 'sasl'
  | 'target'
>;

/**
 * A session of a user inside TLS, logged in. Other sessions of the user may be more than the server allows;
 * they are waited for as long as a delivery may take. Costs one connection.
 * @throws NotApplicable where the target declares no IMAP, or offers no TLS on it and the password may not travel without
 * @throws Inconclusive where the login is refused
 */
export async function openImap(services: LoginServices, session: ImapSession = {}): Promise<ImapClient> {
  const { imap, inconclusive, notApplicable, pause, target, mailboxes } = services;
  const role = session.role ?? roleOf(services);
  if (!role) return notApplicable('The target declares no IMAP.', 'neither 993 nor 143');
  const account = session.account ?? services.account();
  const { vantage } = session;
  let patience: GivenTime | undefined;
  for (;;) {
    const client = await imap({
      role,
      at: beforeLogin(account),
      ...(vantage === undefined ? {} : { vantage }),
    });
    if (!client.connection.tls && !listsImapLogin(client)) {
      client.connection.close();
      return notApplicable(
        `${role} offers neither TLS nor a login without it.`,
        'CAPABILITY lists LOGINDISABLED',
      );
    }
    const refusal = await logInByImap(services, client, account);
    if (!refusal) {
      if (session.utf8) await askForUtf8(client);
      return client;
    }
    client.connection.close();
    patience ??= giveTime(services, target.timing.outboundMs);
    if (!refusal.busy || patience.left() <= 0)
      return inconclusive(
        'precondition',
        `The login of ${account.address} at ${role}, which this check builds on, is refused: ${refusal.text}`,
      );
    mailboxes.makeRoom(account);
    await pause(BUSY_PAUSE);
  }
}

async function askForUtf8(client: ImapClient): Promise<void> {
  if (!client.capabilities) await client.capability();
  if (['UTF8=ACCEPT', 'UTF8=ONLY'].some((one) => client.capabilities?.has(one)))
    await client.command('ENABLE UTF8=ACCEPT');
}

/** LOGIN is not disabled, or a mechanism stands in for it. */
export function listsImapLogin({ capabilities }: ImapClient): boolean {
  return !capabilities?.has('LOGINDISABLED') || imapMechanisms(capabilities).length > 0;
}

function roleOf({ role, target }: Pick<Services, 'role' | 'target'>): Role | undefined {
  return IMAP_ROLES.find((one) => one === role) ?? IMAP_ROLES.find((one) => target.endpoints[one]);
}

/** Why a login was refused; `busy`: the user has too many sessions. */
export interface ImapRefusal {
  readonly text: string;
  readonly busy: boolean;
}

/**
 * LOGIN, or AUTHENTICATE where the server says LOGINDISABLED (RFC 9051 §6.2.3); undefined where it worked.
 */
export async function logInByImap(
  services: Pick<Services, 'sasl'>,
  client: ImapClient,
  account: Account,
): Promise<ImapRefusal | undefined> {
  if (!client.capabilities) await client.capability();
  if (!client.capabilities?.has('LOGINDISABLED')) {
    const reply = await client.login(account.login, account.password);
    return reply.status === 'OK' ? undefined : { text: reply.text, busy: reply.code === 'LIMIT' };
  }
  const mechanism = chosenMechanism(services, imapMechanisms(client.capabilities), account);
  const { accepted, outcome } = await services.sasl.authenticateImap(client, mechanism);
  if (accepted) return undefined;
  return outcome.kind === 'reply'
    ? { text: outcome.reply.text, busy: outcome.reply.code === 'LIMIT' }
    : { text: `${outcome.kind} at AUTHENTICATE ${mechanism.name}`, busy: false };
}
