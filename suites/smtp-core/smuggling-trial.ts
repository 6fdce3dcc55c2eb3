import {
  type Answer,
  answerOf,
  type Services,
  type SmtpClient,
  type SmtpReply,
} from '../../harness/check/check.ts';
import { classOf, isPositive } from '../../harness/steps/replies.ts';
import { beginData } from './session.ts';

/**
 * What a server made of octets in a message that are not its end, told by how many replies it gave and by
 * what became of the commands after them, never by the sign of the first reply.
 */
export type Outcome =
  /** One message, commands and all, was taken: the octets are content. */
  | 'not recognised'
  | 'rejected at the real end'
  | 'rejected and closed'
  /** The message was ended, and what followed was read as commands, which were refused. */
  | 'ended, second transaction refused'
  /** The same where no second transaction was sent. */
  | 'ended, the rest read as commands'
  | 'smuggled'
  /** The message was ended and refused, and the commands after it were executed all the same. */
  | 'smuggled after a refusal';

export interface Trial {
  readonly outcome: Outcome;
  /** Codes of the replies, and the end of the connection where there was one, in order. */
  readonly replies: string;
  /** The message, or the first of the two, was taken. */
  readonly taken: boolean;
}

/** Outcomes in which a message ended where it must not. */
export function isEnded(outcome: Outcome): boolean {
  return isSmuggled(outcome) || outcome.startsWith('ended');
}

export function isSmuggled(outcome: Outcome): boolean {
  return outcome === 'smuggled' || outcome === 'smuggled after a refusal';
}

/** Most replies that a trial can draw: the commands of a second transaction and their leftovers. */
const MOST_REPLIES = 20;

/**
 * Sends content in which a false end stands, up to and with its real end, after a 354, and reads what comes
 * up to the end of the connection.
 * @param pieces written one after the other, each in a segment of its own
 * @param second how the hidden transaction hands over its message; `none`: there is none
 * @param patienceMs how long a reply is waited for between two pieces; without it they follow at once
 */
export async function observe(
  { inconclusive, pause }: Pick<Services, 'inconclusive' | 'pause'>,
  client: SmtpClient,
  pieces: readonly Buffer[],
  second: 'DATA' | 'BDAT' | 'none',
  patienceMs?: number,
): Promise<Trial> {
  await beginData({ inconclusive }, client);
  const replies: SmtpReply[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && patienceMs === undefined) await pause(SEGMENT_PAUSE);
    client.raw(piece);
    if (patienceMs === undefined || index === pieces.length - 1) continue;
    const early = await next(client, patienceMs);
    if (early.kind !== 'reply') {
      // Who says nothing here waits for the real end, and need not be waited for again.
      client.raw(Buffer.concat(pieces.slice(index + 1)));
      break;
    }
    replies.push(early.reply);
  }
  // Who takes no commands ahead of their time must not be given QUIT before this one.
  const afterLast = await next(client);
  if (afterLast.kind === 'reply') replies.push(afterLast.reply);
  else if (replies.length === 0) {
    if (afterLast.kind === 'silence')
      return inconclusive('timeout', 'The server answers nothing after the real end of the data.');
    return { outcome: 'rejected and closed', replies: 'closed', taken: false };
  }
  // QUIT last: its 221 tells that nothing more is to come.
  let last = await client.attempt('QUIT');
  while (last.kind === 'reply' && replies.length < MOST_REPLIES) {
    replies.push(last.reply);
    last = await next(client);
  }
  const farewell = replies.findLastIndex(({ code }, index) => index > 0 && code === 221);
  const answers = farewell > 0 ? replies.slice(0, farewell) : replies;
  const codes = replies.map(({ code }) => String(code));
  if (farewell < 0) codes.push(last.kind === 'closed' ? 'closed' : 'silence');
  return {
    outcome: outcomeOf(answers, farewell > 0, second),
    replies: codes.join(', '),
    taken: answers[0] !== undefined && isPositive(answers[0]),
  };
}

/** Between segments that must not be put together, in milliseconds. */
const SEGMENT_PAUSE = 25;

function next(client: SmtpClient, withinMs?: number): Promise<Answer<SmtpReply>> {
  return answerOf(client.reply('a reply to what stands after the message', withinMs));
}

function outcomeOf(
  answers: readonly SmtpReply[],
  saidGoodbye: boolean,
  second: 'DATA' | 'BDAT' | 'none',
): Outcome {
  const [first, ...rest] = answers;
  const refused = first !== undefined && !isPositive(first);
  if (rest.length === 0) {
    if (!refused) return 'not recognised';
    return saidGoodbye ? 'rejected at the real end' : 'rejected and closed';
  }
  // A farewell of another kind, such as 421, belongs to the end of the connection.
  if (refused && !saidGoodbye && rest.every(({ code }) => code === 421)) return 'rejected and closed';
  if (second === 'none') return 'ended, the rest read as commands';
  const expected = second === 'DATA' ? [2, 2, 3, 2] : [2, 2, 2];
  const executed = expected.every((digit, index) => classOf(rest[index]) === digit);
  if (!executed) return 'ended, second transaction refused';
  return refused ? 'smuggled after a refusal' : 'smuggled';
}
