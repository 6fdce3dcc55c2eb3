import { check, type Services, type SmtpClient, type SmtpReply } from '../../harness/check/check.ts';
import { classOf, isPositive } from '../../harness/steps/replies.ts';
import { nextReply, openForGroups, repliesUpTo, shownReplies } from './group.ts';
import { message } from './message.ts';
import { MESSAGES } from './smtp-check.ts';

export const pipelinedCommandsAreAnsweredInOrder = check(
  {
    id: 'SMTP-012',
    slug: 'pipelined-commands-are-answered-in-order',
    title: 'PIPELINING: replies in order, complete, and no DATA without recipients',
    sends:
      'in one segment each: MAIL, a good and a bad RCPT and DATA; MAIL, two bad RCPT and DATA; the end of a message with RSET and MAIL; MAIL, an unknown verb and RCPT',
    demands: 'one reply for each command, in their order, and no message without a recipient',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc2920#3.1', 'rfc2920#3.2'],
    ...MESSAGES,
    budget: '40s',
    kills: ['smtp-drops-input-after-refusal', 'smtp-takes-data-without-recipients'],
  },
  async (services) => {
    const { variant, account, nonce, target, bytes, notApplicable } = services;
    const good = `RCPT TO:<${account().address}>`;
    const bad = (index: number) => `RCPT TO:<nosuch-${index}-${nonce}@${target.domain}>`;
    await variant('good and bad recipients, DATA', async (verify) => {
      const { client, from } = await openForGroups(services);
      const content = message(services, { token: nonce, from });
      const codes = await repliesTo(services, client, [`MAIL FROM:<${from}>`, good, bad(1), 'DATA']);
      // Unknown recipients may be accepted here, or put off; the others may not.
      const [mail, rcpt, , data] = codes.map(classOf);
      verify.that(codes.length === 4 && mail === 2 && rcpt === 2 && data === 3, {
        demand: 'each command of a group is answered in its place',
        expected: '250, 250, 550, 354',
        actual: shownReplies(codes),
      });
      if (classOf(codes[3]) !== 3) return;
      client.raw(Buffer.concat([content, bytes.lines('.', 'RSET', `MAIL FROM:<${from}>`)]));
      const three = await collect(services, client, 3);
      verify.that(three.length === 3 && three.slice(1).every(isPositive), {
        demand: 'commands after the end of a message are answered in their place',
        expected: 'the reply to the message, 250, 250',
        actual: shownReplies(three),
      });
    });
    await variant('bad recipients alone, DATA', async (verify) => {
      const { client, from } = await openForGroups(services);
      const replies = await repliesTo(services, client, [`MAIL FROM:<${from}>`, bad(1), bad(2), 'DATA']);
      verify.that(replies.length === 4, {
        demand: 'each command of a group is answered',
        expected: 'four replies',
        actual: shownReplies(replies),
      });
      if (classOf(replies[3]) !== 3) return;
      if (classOf(replies[1]) === 2 || classOf(replies[2]) === 2)
        notApplicable('Unknown recipients are accepted here.', shownReplies(replies));
      // A server may ask for a message that nobody gets, and refuse it (RFC 2920 §3.1).
      client.raw(bytes.line('.'));
      verify.answer(await nextReply(client), 'a message without a recipient is refused', {
        codeClasses: [4, 5],
        closed: true,
        silence: true,
      });
    });
    await variant('an unknown verb in a group', async (verify) => {
      const { client, from } = await openForGroups(services);
      const replies = await repliesTo(services, client, [`MAIL FROM:<${from}>`, `X${nonce}`, good, 'RSET']);
      const inOrder = replies.length === 4 && classOf(replies[1]) === 5 && classOf(replies[2]) !== 5;
      verify.ideally.that(inOrder, {
        demand: 'an unknown verb in a group is answered in its place',
        expected: '250, 500, 250, 250',
        actual: shownReplies(replies),
      });
    });
  },
);

/** As many replies as came, for a group in one segment. */
async function repliesTo(
  services: Services,
  client: SmtpClient,
  commands: readonly string[],
): Promise<readonly SmtpReply[]> {
  client.raw(services.bytes.lines(...commands));
  return collect(services, client, commands.length);
}

/**
 * Reads so many replies. Where fewer come, NOOP tells a server that dropped some from one that is slow: it
 * is answered, and nothing else is.
 */
async function collect(
  { bytes, inconclusive }: Services,
  client: SmtpClient,
  count: number,
): Promise<readonly SmtpReply[]> {
  const { replies, ended } = await repliesUpTo(client, count);
  if (ended !== undefined || replies.length === count) return replies;
  client.raw(bytes.line('NOOP'));
  const late: SmtpReply[] = [];
  for (let one = await nextReply(client); one.kind === 'reply'; one = await nextReply(client))
    late.push(one.reply);
  if (late.length === 0) return inconclusive('timeout', 'The server answers nothing any more.');
  const all = [...replies, ...late.slice(0, -1)];
  return all.length >= count ? inconclusive('timeout', 'The server answers too late to be followed.') : all;
}
