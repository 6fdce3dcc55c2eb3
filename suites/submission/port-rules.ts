import type { Services } from '../../harness/check/check.ts';
import { decisive, handOver, type Transfer } from '../../harness/steps/hand-over.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
import { plain, submissionClient } from './inside-tls.ts';
import { message } from './message.ts';
import { isTemporary } from './transfer.ts';

/** What a port permits, as far as one rule goes: more is laxer. */
export interface Conduct {
  readonly permits: number;
  /** What was seen. */
  readonly line: string;
}

/** A rule that holds on every port on which mail is submitted, and how a port is seen to keep it. */
export interface PortRule {
  readonly name: string;
  /** Sees how the role of the services keeps the rule. */
  readonly observe: (services: Services) => Promise<Conduct>;
}

const WEAK: readonly string[] = ['ANONYMOUS', 'CRAM-MD5', 'DIGEST-MD5', 'NTLM'];

/** Rules that need one account. */
export const RULES: readonly PortRule[] = [
  { name: 'a recipient elsewhere without AUTH', observe: (services) => withoutAuth(services, 'elsewhere') },
  { name: 'a local recipient without AUTH', observe: (services) => withoutAuth(services, 'local') },
  { name: 'weak mechanisms', observe: weakMechanisms },
  { name: 'an empty password', observe: (services) => loginWith(services, (login) => `\0${login}\0`) },
  {
    name: 'a login without authentication identity',
    observe: (services) => loginWith(services, (login, password) => `${login}\0${password}`),
  },
];

/** Rules that need a second account. */
export const RULES_BETWEEN_USERS: readonly PortRule[] = [
  {
    name: 'the identity of another user',
    observe: (services) => loginAs(services, services.secondAccount().login),
  },
  { name: "another user's sender address", observe: senderOfAnother },
];

async function withoutAuth(services: Services, where: 'elsewhere' | 'local'): Promise<Conduct> {
  const { lab, account, nonce, role } = services;
  const sender = await lab().forgedSender(nonce);
  const recipient =
    where === 'local' ? account().address : await lab().externalRecipient(`${nonce}-anonymous-${role}`);
  const content = message(services, { from: [`<${sender}>`], to: recipient });
  return judged(services, async () => {
    const client = await submissionClient(services);
    const result = await handOver(client, { sender, recipient, content });
    await client.quit();
    return result;
  });
}

async function senderOfAnother(services: Services): Promise<Conduct> {
  const { lab, secondAccount, nonce, role } = services;
  const sender = secondAccount().address;
  const recipient = await lab().externalRecipient(`${nonce}-other-${role}`);
  const content = message(services, { from: [`<${sender}>`], to: recipient });
  return judged(services, async () => {
    const client = await openUser(services);
    const result = await handOver(client, { sender, recipient, content });
    await client.quit();
    return result;
  });
}

async function judged(services: Services, attempt: () => Promise<Transfer>): Promise<Conduct> {
  const result = await services.patiently(attempt);
  if (isTemporary(result)) {
    services.inconclusive(
      'precondition',
      `${services.role} refuses for now, again and again: ${decisive(result)}`,
    );
  }
  return { permits: result.taken ? 1 : 0, line: decisive(result) };
}

async function weakMechanisms(services: Services): Promise<Conduct> {
  const client = await submissionClient(services);
  const mechanisms = client.capabilities?.mechanisms ?? [];
  client.connection.close();
  return {
    permits: mechanisms.filter((mechanism) => WEAK.includes(mechanism)).length,
    line: `AUTH ${mechanisms.join(' ') || 'is not listed'}`,
  };
}

function loginAs(services: Services, authorizationId: string): Promise<Conduct> {
  const { bytes } = services;
  const encode = (login: string, password: string) => plain({ bytes }, login, password, authorizationId);
  return loginBy(services, encode);
}

function loginWith(
  services: Services,
  compose: (login: string, password: string) => string,
): Promise<Conduct> {
  return loginBy(services, (login, password) => services.bytes.base64(compose(login, password)));
}

async function loginBy(
  services: Services,
  encode: (login: string, password: string) => string,
): Promise<Conduct> {
  const { account, inconclusive, role } = services;
  const { login, password } = account();
  const client = await submissionClient(services);
  const reply = await client.command(`AUTH PLAIN ${encode(login, password)}`);
  client.connection.close();
  if (reply.code === 454 || reply.code === 421)
    inconclusive('precondition', `${role} cannot authenticate now: ${reply.text}`);
  return { permits: reply.code === 235 ? 1 : 0, line: lineOf(reply) };
}
