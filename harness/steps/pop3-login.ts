import type { Account, Pop3Client, Pop3Reply, Role, Services } from '../check/check.ts';
import { takesCredentials } from '../client/pop3-reply.ts';
import { beforeLogin } from './before-login.ts';
import type { LoginServices } from './imap-login.ts';
import { whileInUse } from './maildrop-in-use.ts';
import { chosenMechanism } from './mechanism.ts';

/** Roles of POP3, best protected first. */
export const POP3_ROLES = ['pop3s', 'pop3'] as const satisfies readonly Role[];

/** Longest time between two logins that is waited for where the server demands one, and what counts as one that is not told, in milliseconds. */
const DELAY = { longest: 60_000, untold: 10_000 };

/** Whose session, where and from where. */
export interface Pop3Session {
  /** The first account where none is given. */
  readonly account?: Account;
  /** The role under test where it is one of POP3; else the first declared of `POP3_ROLES`. */
  readonly role?: Role;
  readonly vantage?: string;
  /** UTF-8 in header fields is asked for where it is offered (RFC 6856 §2): else such mail may be shown otherwise. */
  readonly utf8?: boolean;
}

/**
 * The maildrop of a user inside TLS, logged in; waits while another session holds it. Costs one connection.
 * @throws NotApplicable where the target declares no POP3, or offers no TLS on it and the password may not travel without
 * @throws Inconclusive where the login is refused
 */
export async function openPop3(services: LoginServices, session: Pop3Session = {}): Promise<Pop3Client> {
  const { inconclusive, notApplicable, mailboxes } = services;
  const role = session.role ?? roleOf(services);
  if (!role) return notApplicable('The target declares no POP3.', 'neither 995 nor 110');
  const account = session.account ?? services.account();
  const { vantage } = session;
  for (let isDelayed = false; ; ) {
    const { client, reply } = await whileInUse(services, account, async () => {
      await mailboxes.untilLogin(account);
      const opened = await services.pop3({
        role,
        at: beforeLogin(account),
        ...(vantage === undefined ? {} : { vantage }),
      });
      if (!opened.connection.tls && !listsLogin(opened)) {
        opened.connection.close();
        return notApplicable(
          `${role} offers neither TLS nor a login without it.`,
          'CAPA lists no STLS, USER or SASL',
        );
      }
      if (session.utf8) await askForUtf8(opened);
      return { client: opened, reply: await logInByPop3(services, opened, account) };
    });
    if (reply.status === '+OK') {
      mailboxes.loggedIn(account);
      return client;
    }
    const delayMs = await demandedDelay(client, reply);
    client.connection.close();
    if (delayMs === 0 || isDelayed)
      return inconclusive(
        'precondition',
        `The login of ${account.address} at ${role}, which this check builds on, is refused: ${reply.text}`,
      );
    mailboxes.demandsDelay(account, delayMs);
    isDelayed = true;
  }
}

/** A server without CAPA lists nothing and may take USER all the same. */
export function listsLogin({ capabilities }: Pop3Client): boolean {
  return !capabilities || capabilities.keywords.has('USER') || capabilities.mechanisms.length > 0;
}

async function askForUtf8(client: Pop3Client): Promise<void> {
  if (!client.capabilities) await client.capa();
  if (client.capabilities?.keywords.has('UTF8')) await client.command('UTF8');
}

/**
 * Milliseconds that a refused login has to come later, as announced (RFC 2449 §6.5); 0 where it was refused for another
 * reason, or where that is longer than anybody waits.
 */
export async function demandedDelay(
  client: Pop3Client,
  { responseCode }: Pick<Pop3Reply, 'responseCode'>,
): Promise<number> {
  if (responseCode !== 'LOGIN-DELAY') return 0;
  const { capabilities } = await client.capa();
  const seconds = Number.parseInt(capabilities?.get('LOGIN-DELAY') ?? '', 10);
  const delayMs = seconds > 0 ? seconds * 1_000 : DELAY.untold;
  return delayMs <= DELAY.longest ? delayMs : 0;
}

function roleOf({ role, target }: Pick<Services, 'role' | 'target'>): Role | undefined {
  return POP3_ROLES.find((one) => one === role) ?? POP3_ROLES.find((one) => target.endpoints[one]);
}

/**
 * USER and PASS, and AUTH where these are refused and CAPA lists SASL mechanisms and no USER (RFC 2449 §6.3);
 * the reply that decided.
 */
export async function logInByPop3(
  services: Pick<Services, 'sasl' | 'inconclusive'>,
  client: Pop3Client,
  account: Account,
): Promise<Pop3Reply> {
  const reply = await client.userPass(account.login, account.password);
  if (takesCredentials(reply)) return reply;
  const { capabilities, mechanisms } = await client.capa();
  if (!capabilities || capabilities.has('USER') || mechanisms.length === 0) return reply;
  const mechanism = chosenMechanism(services, mechanisms, account);
  const { outcome } = await services.sasl.authenticatePop3(client, mechanism);
  if (outcome.kind === 'reply') return outcome.reply;
  return services.inconclusive('precondition', `AUTH ${mechanism.name} draws no reply: ${outcome.kind}.`);
}
