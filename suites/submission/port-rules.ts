import type { Account, Services, SmtpClient } from '../../harness/check/check.ts';
import { decisive, type Mail } from '../../harness/steps/hand-over.ts';
import { isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { isOutOfOrder, offeredMechanisms, submissionClient, WEAK_MECHANISMS } from './inside-tls.ts';
import { message } from './message.ts';
import { send } from './transfer.ts';

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

/** Mechanisms that a port is lax to list. */
const LAX: readonly string[] = ['ANONYMOUS', ...WEAK_MECHANISMS];

/** Rules that need one account. */
export const RULES: readonly PortRule[] = [
  { name: 'a recipient elsewhere without AUTH', observe: (services) => withoutAuth(services, 'elsewhere') },
  { name: 'a local recipient without AUTH', observe: (services) => withoutAuth(services, 'local') },
  { name: 'weak mechanisms', observe: weakMechanisms },
  { name: 'an empty password', observe: (services) => loginWith(services, ({ login }) => `\0${login}\0`) },
  {
    name: 'a login without authentication identity',
    observe: (services) => loginWith(services, ({ login, password }) => `${login}\0${password}`),
  },
];

/** Rules that need a second account. */
export const RULES_BETWEEN_USERS: readonly PortRule[] = [
  {
    name: 'the identity of another user',
    observe: (services) => {
      const { login: other } = services.secondAccount();
      return loginWith(services, ({ login, password }) => `${other}\0${login}\0${password}`);
    },
  },
  { name: "another user's sender address", observe: senderOfAnother },
];

async function withoutAuth(services: Services, where: 'elsewhere' | 'local'): Promise<Conduct> {
  const { lab, account, nonce, role } = services;
  const sender = await lab().forgedSender(nonce);
  const recipient =
    where === 'local' ? account().address : await lab().externalRecipient(`${nonce}-anonymous-${role}`);
  return sent(services, { sender, recipient }, () => submissionClient(services));
}

async function senderOfAnother(services: Services): Promise<Conduct> {
  const { lab, secondAccount, nonce, role } = services;
  const sender = secondAccount().address;
  const recipient = await lab().externalRecipient(`${nonce}-other-${role}`);
  return sent(services, { sender, recipient });
}

/** Whether a message from the sender is taken; where nothing else is given, in a session of the first account. */
async function sent(
  services: Services,
  { sender, recipient }: Pick<Mail, 'sender' | 'recipient'>,
  open?: () => Promise<SmtpClient>,
): Promise<Conduct> {
  const content = message(services, { from: sender, to: recipient });
  const result = await send(services, { sender, recipient, content }, open);
  if (isTemporary(result))
    services.inconclusive(
      'precondition',
      `${services.role} refuses for now, again and again: ${decisive(result)}`,
    );
  return { permits: result.taken ? 1 : 0, line: decisive(result) };
}

async function weakMechanisms(services: Services): Promise<Conduct> {
  const mechanisms = await offeredMechanisms(services);
  return {
    permits: mechanisms.filter((mechanism) => LAX.includes(mechanism)).length,
    line: `AUTH ${mechanisms.join(' ') || 'is not listed'}`,
  };
}

/** Whether the first account logs in by a message of PLAIN. */
async function loginWith(services: Services, messageOf: (account: Account) => string): Promise<Conduct> {
  const { account, bytes, inconclusive, role } = services;
  const client = await submissionClient(services);
  const reply = await client.command(`AUTH PLAIN ${bytes.base64(messageOf(account()))}`);
  client.connection.close();
  if (isOutOfOrder(reply)) inconclusive('precondition', `${role} cannot authenticate now: ${reply.text}`);
  return { permits: reply.code === 235 ? 1 : 0, line: lineOf(reply) };
}
