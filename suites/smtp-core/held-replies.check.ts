import { check, type Services, type SmtpClient, type SmtpReply } from '../../harness/check/check.ts';
import { openForGroups, repliesUpTo, shownReplies } from './group.ts';
import { DIALOGUE } from './smtp-check.ts';

export const repliesAreNotHeldBack = check(
  {
    ...DIALOGUE,
    id: 'SMTP-035',
    slug: 'replies-are-not-held-back',
    title: 'PIPELINING: all replies come when the input is used up, whatever the last command is',
    sends:
      'groups of two commands in one segment that end in RSET, MAIL, NOOP, RCPT, VRFY, an unknown command and EHLO',
    demands: 'two replies each time, without a further command',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc2920#3.2'],
    budget: '20s',
    limits: [
      'A reply counts as held back where it comes only after a further command, and the last command of the group is answered in time when it is sent alone.',
      'Groups that end in DATA are sent by SMTP-012; EXPN, TURN and QUIT at the end of a group are not tried.',
    ],
    kills: ['smtp-holds-last-reply-back'],
  },
  async (services) => {
    const { verify, account, nonce, helloName } = services;
    const { client, from } = await openForGroups(services);
    const mail = `MAIL FROM:<${from}>`;
    const groups: readonly (readonly [string, string])[] = [
      [mail, 'RSET'],
      ['RSET', mail],
      ['RSET', 'NOOP'],
      [mail, `RCPT TO:<${account().address}>`],
      ['RSET', 'VRFY postmaster'],
      ['RSET', `X${nonce}`],
      ['RSET', `EHLO ${helloName}`],
    ];
    for (const group of groups) {
      client.raw(services.bytes.lines(...group));
      const replies = await repliesOf(services, client, group.length);
      const held = replies.length < group.length;
      const late = held ? await heldBack(services, client, group[1], group.length - replies.length) : [];
      const [verb] = group[1].split(' ', 1);
      const goesOn = verify.that(!held, {
        demand: 'the reply to the last command of a group is sent when the input is used up',
        expected: `the reply to ${verb} without a further command`,
        actual: held ? `${shownReplies(replies)}; after NOOP ${shownReplies(late)}` : shownReplies(replies),
      });
      if (!goesOn) return;
    }
    await client.quit();
  },
);

/** So many replies, or fewer where silence follows. */
async function repliesOf(
  { inconclusive }: Services,
  client: SmtpClient,
  count: number,
): Promise<readonly SmtpReply[]> {
  const { replies, ended } = await repliesUpTo(client, count);
  if (ended === undefined) return replies;
  return inconclusive(
    'precondition',
    `The connection ends within a group: ${shownReplies(replies)}, ${ended}.`,
  );
}

/**
 * What comes after NOOP where replies of a group are missing. A server that is slow, or has dropped a command, holds
 * nothing back: then the check ends.
 * @param last the last command of the group, which is sent alone to see how long its reply takes
 */
async function heldBack(
  services: Services,
  client: SmtpClient,
  last: string,
  missing: number,
): Promise<readonly SmtpReply[]> {
  const { bytes, inconclusive } = services;
  client.raw(bytes.line('NOOP'));
  const late = await repliesOf(services, client, missing + 1);
  if (late.length <= missing)
    return inconclusive('timeout', `Commands of a group are not answered: ${shownReplies(late)} to NOOP.`);
  client.raw(bytes.line(last));
  const alone = await repliesOf(services, client, 1);
  return alone.length === 1
    ? late
    : inconclusive('timeout', `The server is slow: ${last} draws no reply in time when it is sent alone.`);
}
