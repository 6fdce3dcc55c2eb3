import type { Services, Verify } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import type { Standing } from '../../harness/steps/trusted-client.ts';
import { type Replies, relayingAtRecipient, standingHere, whyUnearned } from './at-recipient.ts';
import { namesOf, placeOf } from './relay-reply.ts';
import { lineOfOutcome, type Outcome } from './transaction.ts';

/** What every attempt at relaying is held against. */
export const DEMAND = 'a stranger cannot send mail through the server';

/** The limit of every check of relaying that decides without a lab. */
export const WITHOUT_LAB =
  'Without a lab it is judged by what RCPT is answered, and no message follows: a server that takes every recipient and refuses the message after them leaves the check open. A roundabout recipient that is refused because the domain inside it does not exist is taken for one that is not relayed.';

/**
 * Judges an attempt on a target without a lab. A recipient elsewhere that RCPT takes from a stranger is a finding
 * where the server is seen to refuse others there, for a server that weighs recipients at RCPT has said yes to this
 * one (RFC 5321 §3.3, §3.6.2). It is none, and leaves the attempt open, where the server takes everybody at RCPT, which
 * it may take back after the data; and where the client may be one that the target trusts, and even a plain recipient
 * elsewhere is taken from it.
 * @param attempt `recipient` as it stood after RCPT TO:; absent where it was somebody elsewhere
 */
export async function judgeWithoutLab(
  services: Services,
  verify: Verify,
  { outcome, recipient }: { readonly outcome: Outcome; readonly recipient?: string | undefined },
): Promise<void> {
  const { target, inconclusive } = services;
  const replies = repliesKnown(services);
  const line = lineOfOutcome(outcome);
  if (outcome.kind === 'refused') {
    const why = outcome.stage === 'RCPT' ? whyUnearned(outcome.reply, replies, namesOf(target)) : undefined;
    if (why !== undefined) inconclusive('precondition', `Refused (${line}), but ${why}.`);
  }
  if (outcome.kind !== 'named' && outcome.kind !== 'accepted') return void verify.met(DEMAND, line);

  // What a plain recipient gets is known of the family that the control came by.
  const isPlain = !replies || isOverOtherFamily(services) || isPositive(replies.elsewhere);
  const takesAnybody = replies !== undefined && isPositive(replies.unknown);
  const [account = ''] = target.accounts.map(({ address }) => address);
  const place =
    recipient === undefined
      ? 'elsewhere'
      : placeOf(recipient, {
          names: [...namesOf(target), 'localhost', `[${target.endpoints.mx?.host ?? ''}]`],
          mailbox: account.slice(0, account.lastIndexOf('@')),
        });
  if (place === 'account') return void verify.met(DEMAND, `mail for an account, taken at RCPT: ${line}`);
  if (place === 'nobody' && (takesAnybody || isUnlisted(recipient)))
    inconclusive(
      'precondition',
      `Taken (${line}), as mail for a mailbox of the target may be: only a lab sees whether it goes elsewhere.`,
    );
  if (isPlain && takesAnybody) {
    verify.ideally.missed('a recipient elsewhere is refused at RCPT', {
      expected: 'a refusal (RFC 5321 §3.6.2)',
      actual: line,
    });
    inconclusive(
      'precondition',
      `Taken (${line}), and so is a local recipient that nobody knows (${lineOf(replies.unknown)}): only a message would show whether this server relays.`,
    );
  }
  const standing = await standingFor(services);
  if (isPlain && standing.trust !== undefined)
    inconclusive(
      'environment',
      `Taken from ${standing.client} (${line}): either anybody may send through this server, or it trusts this address, for ${standing.trust}. Audit it from elsewhere, or say by "audited-from: outside" that it takes this address for that of a stranger.`,
    );
  verify.missed(DEMAND, {
    expected: 'a refusal',
    actual: `taken at RCPT, delivery not observed: ${line}, said to a client at ${standing.client}${isPlain ? trustNote(services) : ''}`,
  });
}

/** Nothing but the declaration knows which addresses a target trusts. */
function trustNote({ target }: Pick<Services, 'target'>): string {
  return target.auditedFrom === 'outside'
    ? ', which is declared to be no friend of the target'
    : '; a target that trusts this address, by mynetworks or the like, says the same';
}

/** A comma may begin a second recipient, and rewritten addresses are often looked up only when they are delivered. */
function isUnlisted(recipient = ''): boolean {
  return /,|^<(?:SRS[01][=+-]|prvs=|bounce\+)/i.test(recipient);
}

function repliesKnown({ objection, finding }: Services): Replies | undefined {
  if (objection(relayingAtRecipient) !== undefined) return undefined;
  return finding(relayingAtRecipient).told?.replies;
}

async function standingFor(services: Services): Promise<Standing> {
  const known =
    services.objection(relayingAtRecipient) === undefined && services.finding(relayingAtRecipient).told;
  return known && !isOverOtherFamily(services) ? known.standing : standingHere(services);
}

/** Whether the body runs over IPv6 beside IPv4, over which controls ran. */
function isOverOtherFamily({ target, role }: Pick<Services, 'target' | 'role'>): boolean {
  return target.endpoints[role]?.family === 6;
}
