import { control, Inconclusive, NotApplicable, RefusedAtTheDoor, type Services } from '../../check/check.ts';
import type { FoundOverIpv6 } from '../../check/control.ts';
import { ROLE_NAMES, ROLES, type Role } from '../../model/roles.ts';
import { isWireFailure } from '../../wire/failures.ts';
import { recipientReply } from '../name-recipient.ts';
import { isPositive, lineOf } from '../replies.ts';
import { localRecipient, strangersAreServed } from './strangers-are-served.ts';

/**
 * Which roles greet over IPv6, which refuse the client instead, and what came from those that do not answer. Of a role
 * that is in none of the three it cannot be told.
 */
export interface Ipv6Answers extends FoundOverIpv6 {
  readonly refusing: readonly Role[];
  readonly silent: readonly { readonly role: Role; readonly failure: Error }[];
}

/**
 * Looks for each role whether it greets over IPv6. A target that has no IPv6 address, or cannot be reached there from
 * here, is told and no finding: what is about IPv6 is left out then. Costs one connection for each role.
 */
export const ipv6Answers = control(
  {
    id: 'ipv6-answers',
    title: 'It is known which services answer over IPv6 too',
    roles: ['mx', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    connections: ROLE_NAMES.length,
    waits: ({ timing }) => timing.replyMs,
  },
  async (services): Promise<Ipv6Answers> => {
    const { ipv6Roles } = services;
    if (ipv6Roles.length === 0)
      return { roles: [], refusing: [], silent: [], line: 'no IPv6 address of the target is known' };
    const looks = await Promise.all(
      ipv6Roles.map(async (role) => ({ role, failure: await whyNoGreeting(services, role, 'IPv6') })),
    );
    const roles = looks.flatMap(({ role, failure }) => (failure ? [] : [role]));
    const refusing = looks.flatMap(({ role, failure }) =>
      failure instanceof RefusedAtTheDoor ? [role] : [],
    );
    const failures = looks.flatMap(({ role, failure }) => (failure ? [{ role, failure }] : []));
    const silent = failures.filter(({ failure }) => isWireFailure(failure));
    const line = [
      `over IPv6 ${roles.length === 0 ? 'no service answers' : `there is an answer of ${roles.join(', ')}`}`,
      ...failures.map(({ role, failure }) => `${role}: ${failure.message}`),
    ].join('; ');
    return { roles, refusing, silent, line };
  },
);

/** Why the role does not greet over IPv6, or as ever; undefined where it does. */
export async function whyNoGreeting(
  { smtp, pop3, imap }: Pick<Services, 'smtp' | 'pop3' | 'imap'>,
  role: Role,
  family?: 'IPv6',
): Promise<Error | undefined> {
  const open = { smtp, pop3, imap }[ROLES[role].protocol];
  try {
    const client = await open({ role, ...(family ? { family } : {}) });
    client.connection.close();
    return undefined;
  } catch (failure) {
    const isOfTarget =
      isWireFailure(failure) || failure instanceof Inconclusive || failure instanceof NotApplicable;
    if (!isOfTarget) throw failure;
    return failure;
  }
}

/** That a service answers, if only by refusing the client, why it does not, or, undefined, that it cannot be told. */
export type ServiceAnswer = 'answers' | Error | undefined;

/** What `whyNoGreeting` says of a service. A refusal is an answer (RFC 5321 §3.1). */
export function answerOfService(failure: Error | undefined): ServiceAnswer {
  if (!failure || failure instanceof RefusedAtTheDoor) return 'answers';
  return isWireFailure(failure) ? failure : undefined;
}

/** What was found of a service over IPv6. */
export function answerOverIpv6({ roles, refusing, silent }: Ipv6Answers, role: Role): ServiceAnswer {
  if (roles.includes(role) || refusing.includes(role)) return 'answers';
  return silent.find((one) => one.role === role)?.failure;
}

/**
 * Where strangers with IPv6 addresses are served at all: who refuses every one of them says nothing about relaying by
 * refusing. The submission ports, which serve no strangers, count where they answer.
 */
export const strangersOverIpv6 = control(
  {
    id: 'strangers-over-ipv6',
    title: "It is known whether a stranger's mail for a local mailbox is taken over IPv6 too",
    roles: ['mx', 'submission', 'submissions'],
    needs: ['dns', 'sink'],
    withoutLab: 'decides',
    effect: 'reads',
    safety: 'sends-mail',
    budget: '20s',
    waits: ({ timing }) => timing.retryAfterMs.reduce((sum, ms) => sum + ms, 0),
    buildsOn: [ipv6Answers, strangersAreServed],
  },
  async (services): Promise<FoundOverIpv6> => {
    const { finding, hasLab, lab, nonce } = services;
    const { roles, line } = finding(ipv6Answers);
    if (!roles.includes('mx')) return { roles, line };
    // What another body published is gone with it.
    const sender = hasLab ? `<${await lab().forgedSender(nonce)}>` : finding(strangersAreServed).sender;
    const { recipient, at } = localRecipient(services);
    const reply = await recipientReply(services, { sender, recipient }, { role: 'mx', at, family: 'IPv6' });
    const served = isPositive(reply);
    return {
      roles: served ? roles : roles.filter((role) => role !== 'mx'),
      line: `over IPv6 mail of ${sender} for ${recipient}: ${lineOf(reply)}`,
    };
  },
);
