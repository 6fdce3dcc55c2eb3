import type { Account, Services, SmtpClient } from '../../harness/check/check.ts';
import { decisive, type Mail } from '../../harness/steps/hand-over.ts';
import { nameRecipient } from '../../harness/steps/name-recipient.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { openUser } from '../../harness/steps/smtp-login.ts';
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
  const { hasLab, lab, account, nonce, role } = services;
  const sender = hasLab ? await lab().forgedSender(nonce) : `forged-${nonce}@forged-${nonce}.example`;
  const recipient =
    where === 'local' ? account().address : await elsewhere(services, `${nonce}-anonymous-${role}`);
  return sent(services, { sender, recipient }, () => submissionClient(services));
}

async function senderOfAnother(services: Services): Promise<Conduct> {
  const { secondAccount, nonce, role } = services;
  const sender = secondAccount().address;
  const recipient = await elsewhere(services, `${nonce}-other-${role}`);
  return sent(services, { sender, recipient });
}

/** Somebody elsewhere, where without a lab no mail can go. */
async function elsewhere({ hasLab, lab, nonce }: Services, token: string): Promise<string> {
  return hasLab ? lab().externalRecipient(token) : `ext-${token}@sink-${nonce}.example`;
}

/** Whether a message from the sender is taken, or without a lab its recipient; where nothing else is given, in a session of the first account. */
async function sent(
  services: Services,
  { sender, recipient }: Pick<Mail, 'sender' | 'recipient'>,
  open?: () => Promise<SmtpClient>,
): Promise<Conduct> {
  if (!services.hasLab) return named(services, { sender, recipient }, open);
  const content = message(services, { from: sender, to: recipient });
  const result = await send(services, { sender, recipient, content }, open);
  if (isTemporary(result))
    services.inconclusive(
      'precondition',
      `${services.role} refuses for now, again and again: ${decisive(result)}`,
    );
  return { permits: result.taken ? 1 : 0, line: decisive(result) };
}

/** Whether the recipient is taken; no message follows. */
async function named(
  services: Services,
  { sender, recipient }: Pick<Mail, 'sender' | 'recipient'>,
  open: () => Promise<SmtpClient> = () => openUser(services),
): Promise<Conduct> {
  const reply = await services.patiently(async () => {
    const client = await open();
    const last = await nameRecipient(client, { sender: `<${sender}>`, recipient: `<${recipient}>` });
    await client.quit();
    return last;
  });
  if (isTemporary(reply))
    services.inconclusive(
      'precondition',
      `${services.role} refuses for now, again and again: ${lineOf(reply)}`,
    );
  return { permits: isPositive(reply) ? 1 : 0, line: lineOf(reply) };
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
