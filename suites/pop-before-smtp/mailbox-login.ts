import type { Account, Pop3Client, Pop3Reply, Role, Services } from '../../harness/check/check.ts';
import type { Vantage } from './relay-attempt.ts';

/** When a login took place, on the clock of `performance.now()`. */
export interface MailboxLogin {
  /** Before the credentials were sent: the window is not open earlier. */
  readonly startedAt: number;
  /** After the logout: what reads a log or waits for the logout acts later than this. */
  readonly endedAt: number;
}

/** Patience with a maildrop that another session holds (RFC 1939 §4), in milliseconds. */
const LOCKED_FOR = 20_000;
const LOCK_PAUSE = 500;

/** The roles of a protocol, best protected first. */
const POP3: readonly Role[] = ['pop3s', 'pop3'];
const IMAP: readonly Role[] = ['imaps', 'imap'];

export function pop3Role({ target }: Services): Role | undefined {
  return POP3.find((role) => target.endpoints[role]);
}

export function imapRole({ target }: Services): Role | undefined {
  return IMAP.find((role) => target.endpoints[role]);
}

/** Logs in inside TLS and out again, from a vantage. */
export function logIn(
  services: Services,
  from: Vantage,
  role: Role,
  account: Account = services.account(),
): Promise<MailboxLogin> {
  return (IMAP as readonly Role[]).includes(role)
    ? imapLogin(services, from, role, account)
    : pop3Login(services, from, role, account);
}

async function pop3Login(
  services: Services,
  from: Vantage,
  role: Role,
  account: Account,
): Promise<MailboxLogin> {
  const client = await services.pop3({ role, vantage: from.name, at: 'tls' });
  const startedAt = performance.now();
  assertLoggedIn(services, await enterMaildrop(services, client, account));
  await client.quit();
  return { startedAt, endedAt: performance.now() };
}

async function imapLogin(
  services: Services,
  from: Vantage,
  role: Role,
  account: Account,
): Promise<MailboxLogin> {
  const client = await services.imap({ role, vantage: from.name, at: 'tls' });
  const startedAt = performance.now();
  assertLoggedIn(services, await client.login(account.login, account.password));
  await client.logout();
  return { startedAt, endedAt: performance.now() };
}

/** USER and PASS, again while another session has the maildrop. */
export async function enterMaildrop(
  { pause }: Pick<Services, 'pause'>,
  client: Pop3Client,
  { login, password }: Account,
): Promise<Pop3Reply> {
  const deadline = performance.now() + LOCKED_FOR;
  for (;;) {
    const reply = await client.userPass(login, password);
    if (reply.responseCode !== 'IN-USE' || performance.now() > deadline) return reply;
    await pause(LOCK_PAUSE);
  }
}

function assertLoggedIn(
  { inconclusive }: Pick<Services, 'inconclusive'>,
  { status, text }: { readonly status: string; readonly text: string },
): void {
  if (status === '+OK' || status === 'OK') return;
  inconclusive('precondition', `The login that everything else builds on failed: ${text}`);
}
