import {
  type Answer,
  answerOf,
  type Services,
  type SmtpClient,
  type SmtpReply,
} from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { beginTransaction, type Sender } from './session.ts';

/**
 * A session that lists PIPELINING, for groups of commands in one segment. A stranger was let in before: greylists and
 * screeners have had their turn.
 */
export async function openForGroups(services: Services): Promise<Sender> {
  const begun = await beginTransaction(services);
  assertListed(services, begun.client, 'PIPELINING');
  await begun.client.command('RSET');
  return begun;
}

/** The replies that came before silence or the end of the connection, and how it ended where it did. */
export interface CameInTime {
  readonly replies: readonly SmtpReply[];
  readonly ended?: string;
}

/** So many replies, or as many as come. */
export async function repliesUpTo(client: SmtpClient, count: number): Promise<CameInTime> {
  const replies: SmtpReply[] = [];
  while (replies.length < count) {
    const one = await nextReply(client);
    if (one.kind === 'closed') return { replies, ended: one.how };
    if (one.kind === 'silence') break;
    replies.push(one.reply);
  }
  return { replies };
}

/** The next reply of a group, where an end of the connection and silence are answers too. */
export function nextReply(client: SmtpClient): Promise<Answer<SmtpReply>> {
  return answerOf(client.reply('a reply to a command of the group'));
}

/** Replies as a report shows them. */
export function shownReplies(replies: readonly SmtpReply[]): string {
  return replies.map(lineOf).join(', ') || 'no reply';
}
