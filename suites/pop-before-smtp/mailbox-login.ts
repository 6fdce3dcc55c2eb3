import type { Account, ClientOptions, Connection, Role, Services } from '../../harness/check/check.ts';
import { IMAP_ROLES } from '../../harness/steps/imap-login.ts';
import { POP3_ROLES } from '../../harness/steps/pop3-login.ts';
import type { Vantage } from './relay-attempt.ts';

/** Patience with a maildrop that another session holds (RFC 1939 §4), in milliseconds. */
const LOCKED_FOR = 20_000;
const LOCK_PAUSE = 500;

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
  command(text: string): Promise<MailboxReply>;
  startTls(): Promise<MailboxReply>;
  /** LOGIN; USER and PASS, again while another session has the maildrop. */
  logIn(account: Pick<Account, 'login' | 'password'>): Promise<MailboxReply>;
  /** LOGOUT or QUIT. */
  leave(): Promise<void>;
}

/** The role of a protocol that the target declares, best protected first. */
export function mailboxRole({ target }: Services, protocol: MailboxProtocol): Role | undefined {
  const roles: readonly Role[] = protocol === 'pop3' ? POP3_ROLES : IMAP_ROLES;
  return roles.find((role) => target.endpoints[role]);
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
  const { target, pop3, imap, pause, notApplicable } = services;
  const role = options.role ?? mailboxRole(services, protocol);
  if (!role)
    return notApplicable(`The target declares no ${protocol}.`, Object.keys(target.endpoints).join(' '));
  const tls = { serverName: target.hostname };
  if (protocol === 'imap') {
    const client = await imap({ ...options, role });
    return {
      connection: client.connection,
      command: (text) => client.command(text),
      startTls: () => client.startTls(tls),
      logIn: ({ login, password }) => client.login(login, password),
      leave: () => client.logout(),
    };
  }
  const client = await pop3({ ...options, role });
  return {
    connection: client.connection,
    command: (text) => client.command(text),
    startTls: () => client.startTls(tls),
    async logIn({ login, password }) {
      const deadline = performance.now() + LOCKED_FOR;
      for (;;) {
        const reply = await client.userPass(login, password);
        if (reply.responseCode !== 'IN-USE' || performance.now() > deadline) return reply;
        await pause(LOCK_PAUSE);
      }
    },
    leave: () => client.quit(),
  };
}

/** When a login took place, on the clock of `performance.now()`. */
export interface MailboxLogin {
  /** Before the credentials were sent: the window is not open earlier. */
  readonly startedAt: number;
  /** After the logout: what reads a log or waits for the logout acts later than this. */
  readonly endedAt: number;
}

/**
 * The first account logs in inside TLS and out again, from a vantage.
 * @throws Inconclusive where the login is refused
 */
export async function logIn(
  services: Services,
  from: Vantage,
  protocol: MailboxProtocol,
): Promise<MailboxLogin> {
  const session = await openMailbox(services, protocol, { vantage: from.name, at: 'tls' });
  const startedAt = performance.now();
  const reply = await session.logIn(services.account());
  if (!isPositive(reply))
    services.inconclusive('precondition', `The login that everything else builds on failed: ${reply.text}`);
  await session.leave();
  return { startedAt, endedAt: performance.now() };
}
