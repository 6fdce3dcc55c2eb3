import { check } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { message } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';
import { beginTransaction } from './session.ts';
import { MAILBOX } from './smtp-check.ts';

/** Received fields that a message may have without looping (RFC 5321 §6.3), and what nobody needs. */
const ORDINARY = 50;
const GENEROUS = 99;
const LOOPING = 1_000;

export const loopsAreStopped = check(
  {
    id: 'SMTP-022',
    slug: 'loops-are-stopped',
    title: 'Mail loops are stopped, and not before 100 hops',
    sends: 'messages with 49, 99 and 1000 Received fields',
    demands: 'a message with a thousand hops is refused, and one with ninety-nine is not',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc5321#6.3'],
    ...MAILBOX,
    budget: '20s',
    limits: [
      'Whether a message that was taken is bounced later is looked at by its absence from the mailbox.',
    ],
    kills: ['smtp-never-counts-hops', 'smtp-counts-few-hops'],
  },
  async (services) => {
    const { variant, nonce, inMailbox } = services;
    for (const hops of [ORDINARY - 1, GENEROUS, LOOPING]) {
      await variant(`${hops} hops`, async (verify) => {
        const { client, from } = await beginTransaction(services);
        const token = `${nonce}-${hops}-hops`;
        const fields = Array.from(
          { length: hops },
          (_, hop) =>
            `Received: from h${hop}.example by h${hop + 1}.example; Mon, 01 Jan 2024 00:00:00 +0000`,
        );
        const content = message(services, { token, from, fields });
        const end = await client.data(content);
        await client.quit();
        await refusalIsAboutContent(services, end);
        if (hops < LOOPING) {
          verify.ideally.that(isPositive(end), {
            demand: `a message with ${hops} hops is taken`,
            expected: '250',
            actual: lineOf(end),
          });
          return;
        }
        const stored = isPositive(end) ? await inMailbox({ token, sent: content }) : null;
        verify.that(stored === null, {
          demand: `a message with ${hops} hops is refused or bounced`,
          expected: '554',
          actual: stored ? `${lineOf(end)}, and it lies in ${stored.mailbox}` : lineOf(end),
        });
      });
    }
  },
);
