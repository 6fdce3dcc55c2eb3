import {
  control,
  type Finding,
  Inconclusive,
  NotApplicable,
  type Services,
  type SmtpReply,
} from '../../harness/check/check.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { nameRecipient, recipientReply } from '../../harness/steps/name-recipient.ts';
import { isPermanent, isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { openUser, sendingRole } from '../../harness/steps/smtp-login.ts';
import { type Standing, standingOf } from '../../harness/steps/trusted-client.ts';
import { createFields } from './fields.ts';
import { AT_LITERAL, ELSEWHERE, type Fields, fill, STRANGER, UNKNOWN } from './forms.ts';
import { namesOf, subjectOf } from './relay-reply.ts';

/** What the target says at RCPT, to tell what its other replies there mean. No message follows any of them. */
export interface Replies {
  /** To a recipient elsewhere. */
  readonly elsewhere: SmtpReply;
  /** To one at an address literal elsewhere, for which no DNS is asked; absent where the reply before says enough. */
  readonly literal?: SmtpReply;
  /** To a local recipient that nobody knows. */
  readonly unknown: SmtpReply;
  /** To the recipient elsewhere, named by a user at submission; absent where nobody can, or nobody had to. */
  readonly toUser?: SmtpReply;
}

/** What is known before the forms are tried on a target without a lab; null in a lab, which sees deliveries. */
export interface AtRecipient extends Finding {
  readonly told: { readonly standing: Standing; readonly replies: Replies } | null;
}

/**
 * Without a lab nothing is delivered anywhere, and relaying is judged by what RCPT is answered. Its recipients lie
 * where no mail can go, so that a server may refuse them for that alone: what the target says to a user, and about an
 * address literal, tells such a refusal from one of relaying. Goes no further than RCPT.
 */
export const relayingAtRecipient = control(
  {
    id: 'relaying-at-recipient',
    title: 'Where no lab sees deliveries, it is known what replies to RCPT mean',
    roles: ['mx'],
    needs: ['dns', 'sink'],
    withoutLab: 'decides',
    effect: 'reads',
    safety: 'sends-mail',
    budget: '30s',
    waits: ({ timing }) => 3 * timing.retryAfterMs.reduce((sum, ms) => sum + ms, 0),
    buildsOn: [strangersAreServed],
  },
  async (services): Promise<AtRecipient> => {
    if (services.hasLab) return { told: null, line: 'the lab sees what is delivered' };
    const standing = await standingHere(services);
    const replies = await repliesOf(services);
    const { elsewhere, unknown, literal, toUser } = replies;
    const line = [
      `a client at ${standing.client}, with a recipient elsewhere: ${lineOf(elsewhere)}`,
      ...(literal ? [`at an address literal: ${lineOf(literal)}`] : []),
      ...(toUser ? [`elsewhere, as a user: ${lineOf(toUser)}`] : []),
      `with a local one that nobody knows: ${lineOf(unknown)}`,
    ].join('; ');
    return { told: { standing, replies }, line };
  },
);

/** Where the client stands; costs one connection. */
export async function standingHere(services: Pick<Services, 'smtp' | 'target'>): Promise<Standing> {
  const client = await services.smtp();
  await client.quit();
  return standingOf(services, client);
}

async function repliesOf(services: Services): Promise<Replies> {
  const { target } = services;
  const fields = await createFields(services)();
  const at = target.claims.mxRequiresTls ? 'tls' : 'ready';
  const ask = (recipient: string) => {
    const paths = { sender: fill(STRANGER, fields), recipient: fill(recipient, fields) };
    return recipientReply(services, paths, { role: 'mx', at });
  };
  const elsewhere = await ask(ELSEWHERE);
  const unknown = await ask(UNKNOWN);
  const isClear = isPositive(elsewhere) || subjectOf(elsewhere, namesOf(target)) === 'relaying';
  if (isClear) return { elsewhere, unknown };
  const literal = await ask(AT_LITERAL);
  const toUser = await asUser(services, fields);
  return { elsewhere, unknown, literal, ...(toUser ? { toUser } : {}) };
}

/** What a user hears of the same recipient; undefined where nobody can log in. */
async function asUser(services: Services, fields: Fields): Promise<SmtpReply | undefined> {
  const role = sendingRole(services);
  if (services.target.accounts.length === 0 || !role) return undefined;
  try {
    const client = await openUser(services, { role });
    const paths = { sender: `<${fields.account}>`, recipient: fill(ELSEWHERE, fields) };
    const reply = await nameRecipient(client, paths);
    await client.quit();
    return reply;
  } catch (failure) {
    if (failure instanceof Inconclusive || failure instanceof NotApplicable) return undefined;
    throw failure;
  }
}

/**
 * Why a refusal at RCPT does not show that relaying is refused; undefined where it does. A recipient in a domain that
 * does not exist may be refused for that, by a server that relays to every other one.
 * @param replies undefined where mx told nothing
 */
export function whyUnearned(
  reply: SmtpReply,
  replies: Replies | undefined,
  names: readonly string[],
): string | undefined {
  const subject = subjectOf(reply, names);
  if (subject === 'relaying') return undefined;
  if (isTemporary(reply))
    return 'it is put off, as often as it was tried, and the reply does not say that this is about relaying';
  if (!isPermanent(reply)) return 'it is answered as no refusal is';
  // Who takes such a recipient as it is does not refuse the same domain in another form.
  if (replies && isPositive(replies.elsewhere)) return undefined;
  const isRuled = replies?.literal !== undefined && subjectOf(replies.literal, names) === 'relaying';
  if (isRuled) return undefined;
  if (subject === 'domain')
    return 'the reply is about the domain of the recipient, which does not exist: a server that relays says so too';
  if (!replies) return 'the reply does not say why';
  const plain = subjectOf(replies.elsewhere, names);
  if (plain === 'relaying') return undefined;
  const isForUsers = replies.toUser !== undefined && isPositive(replies.toUser);
  if (plain === 'unsaid' && isPermanent(replies.elsewhere) && isForUsers) return undefined;
  return 'the reply does not say why, and no user was seen to be let send to the same recipient: its domain, which does not exist, may be the reason';
}
