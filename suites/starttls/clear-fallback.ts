import {
  type Account,
  type Answer,
  type ClientOptions,
  type Connection,
  type SaslMechanism,
  type Services,
  type SmtpClient,
  takesCredentials,
} from '../../harness/check/check.ts';
import { lineOf } from '../../harness/steps/replies.ts';

/** What the target made of an attempt to log in, or to send mail, on a connection that it sees in the clear. */
export interface Attempt {
  readonly name: string;
  /** The reply that decided, as received, or how the connection ended. */
  readonly line: string;
  /** A secret was asked for. */
  readonly solicited: boolean;
  /** Logged in, or the mail was taken; undefined where no account may answer in the clear. */
  readonly succeeded: boolean | undefined;
}

/** How the client reaches the target; inside TLS where the man in the middle ends it. */
export type Path = Pick<ClientOptions, 'through' | 'at'>;

/**
 * Behaves as a client that falls back to the clear: every way to log in, and on submission a message up to
 * its recipient, each on a connection of its own. The right password is used where an account permits it;
 * elsewhere an exchange ends where the password is asked for.
 */
export async function fallBackToClear(services: Services, path: Path): Promise<readonly Attempt[]> {
  const permitted = services.cleartextAccount();
  const attempts: Attempt[] = [];
  for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
    attempts.push(await exchangeOf(services, path, mechanism, permitted, false));
  }
  if (permitted) attempts.push(await exchangeOf(services, path, 'PLAIN', permitted, true));
  if (services.role === 'pop3') attempts.push(await userPass(services, path, permitted));
  if (services.role === 'imap' && permitted) attempts.push(await imapLogin(services, path, permitted));
  if (services.role === 'submission') attempts.push(await mail(services, path));
  return attempts;
}

async function exchangeOf(
  services: Services,
  path: Path,
  name: 'PLAIN' | 'LOGIN',
  permitted: Account | undefined,
  initialResponse: boolean,
): Promise<Attempt> {
  const { sasl } = services;
  const credentials = permitted ?? services.account();
  const messages = { PLAIN: [], LOGIN: [Buffer.from(credentials.login)] };
  const mechanism = permitted
    ? { PLAIN: sasl.plain, LOGIN: sasl.login }[name](permitted)
    : sasl.scriptedMechanism(name, messages[name], { clientFirst: false });
  const result = await runExchange(services, path, mechanism, initialResponse);
  const solicited = result.transcript.some(({ from }) => from === 'server');
  return {
    name: `SASL ${name}${initialResponse ? ' with the password in the command' : ''}`,
    line: outcomeLine(result.outcome),
    solicited,
    succeeded: result.cancelled ? undefined : result.accepted,
  };
}

async function runExchange(
  services: Services,
  path: Path,
  mechanism: SaslMechanism,
  initialResponse: boolean,
) {
  const { role, pop3, imap, sasl } = services;
  const options = { initialResponse };
  if (role === 'pop3') {
    return onceOn(await pop3(path), (client) => sasl.authenticatePop3(client, mechanism, options));
  }
  if (role === 'imap') {
    return onceOn(await imap(path), (client) => sasl.authenticateImap(client, mechanism, options));
  }
  return onceOn(await openSmtp(services, path), (client) =>
    sasl.authenticateSmtp(client, mechanism, options),
  );
}

/**
 * An SMTP session at the end of the path. Where the man in the middle ends TLS, the target hears a second EHLO in
 * one session; it may refuse that, for it knows the client already.
 */
async function openSmtp({ smtp, target, inconclusive }: Services, path: Path): Promise<SmtpClient> {
  const client = await smtp({ ...path, at: 'ready' });
  if (path.at !== 'tls') return client;
  const { code, text } = await client.startTls({ serverName: target.hostname });
  if (code !== 220) return inconclusive('environment', `The man in the middle starts no TLS: ${text}`);
  await client.ehlo();
  return client;
}

/** Uses a client and closes its connection. */
async function onceOn<Client extends { readonly connection: Connection }, Result>(
  client: Client,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(client);
  } finally {
    client.connection.close();
  }
}

async function userPass(
  { pop3, account }: Services,
  path: Path,
  permitted: Account | undefined,
): Promise<Attempt> {
  const name = 'USER/PASS';
  return onceOn(await pop3(path), async (client) => {
    const user = await client.command(`USER ${(permitted ?? account()).login}`);
    if (user.status !== '+OK') return { name, line: user.line, solicited: false, succeeded: false };
    if (!permitted) return { name, line: user.line, solicited: true, succeeded: undefined };
    const pass = await client.command(`PASS ${permitted.password}`, [Buffer.from(permitted.password)]);
    return { name, line: pass.line, solicited: true, succeeded: takesCredentials(pass) };
  });
}

async function imapLogin({ imap }: Services, path: Path, permitted: Account): Promise<Attempt> {
  const reply = await onceOn(await imap(path), (client) => client.login(permitted.login, permitted.password));
  return { name: 'LOGIN', line: reply.line, solicited: false, succeeded: reply.status === 'OK' };
}

/** MAIL and RCPT without a login: for a local recipient and for one elsewhere, either of which would do harm. */
async function mail(services: Services, path: Path): Promise<Attempt> {
  const { account, lab, nonce } = services;
  const { address } = account();
  const recipients = [address, await lab().externalRecipient(nonce)];
  return onceOn(await openSmtp(services, path), async (client) => {
    let reply = await client.command(`MAIL FROM:<${address}>`);
    const opened = reply.code === 250;
    for (const recipient of opened ? recipients : []) {
      reply = await client.command(`RCPT TO:<${recipient}>`);
      if (reply.code === 250) break;
    }
    return {
      name: opened ? 'a recipient without a login' : 'MAIL without a login',
      line: lineOf(reply),
      solicited: false,
      succeeded: opened && reply.code === 250,
    };
  });
}

function outcomeLine(
  outcome: Answer<{ readonly line: string } | { readonly code: number; readonly lines: readonly string[] }>,
): string {
  if (outcome.kind !== 'reply') return outcome.kind;
  const { reply } = outcome;
  return 'line' in reply ? reply.line : lineOf(reply);
}
