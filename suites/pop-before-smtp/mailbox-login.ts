import {
  type Account,
  type ClientOptions,
  type Connection,
  NotApplicable,
  type Pop3Client,
  ROLES,
  type Role,
  type Services,
} from '../../harness/check/check.ts';
import { IMAP_ROLES, listsImapLogin, openImap } from '../../harness/steps/imap-login.ts';
import { whileInUse } from '../../harness/steps/maildrop-in-use.ts';
import { demandedDelay, listsLogin, openPop3, POP3_ROLES } from '../../harness/steps/pop3-login.ts';
import type { Vantage } from './relay-attempt.ts';

export type MailboxProtocol = 'pop3' | 'imap';

/** A reply of either protocol: `+OK` or `OK` where it is positive. */
export interface MailboxReply {
  readonly status: string;
  readonly text: string;
}

export function isPositive({ status }: MailboxReply): boolean {
  return status === '+OK' || status === 'OK';
}

/** A session at a mailbox service, in the words of both protocols. */
export interface MailboxSession {
  readonly connection: Connection;
  /** The server lists a way to log in, on the channel as it is. */
  readonly listsLogin: boolean;
  command(text: string): Promise<MailboxReply>;
  startTls(): Promise<MailboxReply>;
  /** LOGIN; USER and PASS, again while another session has the maildrop, and after the time that the server demands. */
  logIn(account: Pick<Account, 'login' | 'password'>): Promise<MailboxReply>;
  /** LOGOUT or QUIT. */
  leave(): Promise<void>;
}

/** The roles of a protocol that the target declares, best protected first. */
export function mailboxRoles({ target }: Services, protocol: MailboxProtocol): readonly Role[] {
  const roles: readonly Role[] = protocol === 'pop3' ? POP3_ROLES : IMAP_ROLES;
  return roles.filter((role) => target.endpoints[role]);
}

/**
 * Opens a session on the best protected role of a protocol, or on the one that is named.
 * @throws NotApplicable where the target declares no such role
 */
export async function openMailbox(
  services: Services,
  protocol: MailboxProtocol,
  options: ClientOptions,
): Promise<MailboxSession> {
  const { target, pop3, imap, notApplicable } = services;
  const role = options.role ?? mailboxRoles(services, protocol)[0];
  if (!role)
    return notApplicable(`The target declares no ${protocol}.`, Object.keys(target.endpoints).join(' '));
  const tls = { serverName: target.hostname };
  if (protocol === 'imap') {
    const client = await imap({ ...options, role });
    return {
      connection: client.connection,
      listsLogin: listsImapLogin(client),
      command: (text) => client.command(text),
      startTls: () => client.startTls(tls),
      logIn: ({ login, password }) => client.login(login, password),
      leave: () => client.logout(),
    };
  }
  const client = await pop3({ ...options, role });
  return {
    connection: client.connection,
    listsLogin: listsLogin(client),
    command: (text) => client.command(text),
    startTls: () => client.startTls(tls),
    logIn: (account) => logInByPop3(services, client, account),
    leave: () => client.quit(),
  };
}

/** What is refused because of other logins says nothing about this one (RFC 2449 §6.5, §8.1.2). */
async function logInByPop3(
  services: Services,
  client: Pop3Client,
  { login, password }: Pick<Account, 'login' | 'password'>,
): Promise<MailboxReply> {
  const { target, mailboxes } = services;
  const account = target.accounts.find((one) => one.login === login);
  const attempt = async () => {
    if (account) await mailboxes.untilLogin(account);
    return { reply: await client.userPass(login, password) };
  };
  for (let isDelayed = false; ; isDelayed = true) {
    const { reply } = await whileInUse(services, account, attempt);
    if (account && isPositive(reply)) mailboxes.loggedIn(account);
    const delayMs = account && !isDelayed ? await demandedDelay(client, reply) : 0;
    if (!account || delayMs === 0) return reply;
    mailboxes.demandsDelay(account, delayMs);
  }
}

/** When a login took place, on the clock of `performance.now()`. */
export interface MailboxLogin {
  /** Before the credentials were sent: the window is not open earlier. */
  readonly startedAt: number;
  /** After the logout: what reads a log or waits for the logout acts later than this. */
  readonly endedAt: number;
}

/**
 * From a vantage, the first account logs in and out again wherever the protocol is served: inside TLS, and in the
 * clear for a password that may travel so. Any of these may be what a server takes for a reason to relay.
 * @param places `one`: where it is protected best, for a window whose time is to be measured
 * @throws NotApplicable where the target declares no such role; Inconclusive where no login can be made
 */
export async function logIn(
  services: Services,
  from: Vantage,
  protocol: MailboxProtocol,
  places: 'all' | 'one' = 'all',
): Promise<MailboxLogin> {
  const { target, note, notApplicable, inconclusive } = services;
  const roles = mailboxRoles(services, protocol);
  if (roles.length === 0)
    return notApplicable(`The target declares no ${protocol}.`, Object.keys(target.endpoints).join(' '));
  const permitted = services.cleartextAccount();
  const startedAt = performance.now();
  let entered = false;
  let obstacle = '';
  for (const role of roles) {
    const at = { role, vantage: from.name };
    const usual = await logInAsUsual(services, protocol, at);
    if (usual instanceof NotApplicable) obstacle = usual.message;
    else entered = true;
    if (entered && places === 'one') break;
    if (usual === 'in the clear' || ROLES[role].tls === 'implicit' || !permitted) continue;
    const refusal = await refusalInTheClear(services, protocol, at, permitted);
    if (refusal === undefined) entered = true;
    else note(`no login in the clear at ${role}: ${refusal}`);
    obstacle ||= refusal ?? '';
  }
  if (!entered && permitted) return notApplicable('No login can be made.', obstacle);
  if (!entered)
    return inconclusive(
      'precondition',
      `${obstacle} No account is declared whose password may travel in the clear.`,
    );
  return { startedAt, endedAt: performance.now() };
}

type Place = Pick<ClientOptions, 'vantage'> & { readonly role: Role };

/** Inside TLS where it is offered, else in the clear if the password may travel so; why there is no such way, if so. */
async function logInAsUsual(
  services: Services,
  protocol: MailboxProtocol,
  at: Place,
): Promise<'inside TLS' | 'in the clear' | NotApplicable> {
  try {
    const client = protocol === 'pop3' ? await openPop3(services, at) : await openImap(services, at);
    const way = client.connection.tls ? 'inside TLS' : 'in the clear';
    await ('quit' in client ? client.quit() : client.logout());
    return way;
  } catch (failure) {
    if (failure instanceof NotApplicable) return failure;
    throw failure;
  }
}

/** Logs in without TLS and out again; why not, where the server does not let it. */
async function refusalInTheClear(
  services: Services,
  protocol: MailboxProtocol,
  at: Place,
  account: Account,
): Promise<string | undefined> {
  const session = await openMailbox(services, protocol, { ...at, at: 'ready' });
  // USER tells without a password whether there is a login that CAPA does not list; LOGIN would not.
  const asks = protocol === 'pop3' || session.listsLogin;
  const reply = asks ? await session.logIn(account) : undefined;
  await session.leave();
  if (!reply) return 'it lists none';
  return isPositive(reply) ? undefined : reply.text;
}
