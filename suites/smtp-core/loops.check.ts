import { check } from '../../harness/check/check.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { hops } from './message.ts';
import { refusalIsAboutContent } from './plain-mail.ts';
import { sendMessage } from './sent-message.ts';
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
    for (const count of [ORDINARY - 1, GENEROUS, LOOPING]) {
      await variant(`${count} hops`, async (verify) => {
        const token = `${nonce}-${count}-hops`;
        const { content, end } = await sendMessage(services, { token, fields: hops(count) });
        await refusalIsAboutContent(services, end);
        if (count < LOOPING) {
          verify.ideally.reply(end, `a message with ${count} hops is taken`).codeClass(2);
          return;
        }
        const stored = isPositive(end) ? await inMailbox({ token, sent: content }) : null;
        const demand = `a message with ${count} hops is refused or bounced`;
        if (!stored) verify.met(demand, end.text);
        else
          verify.missed(demand, {
            expected: '554',
            actual: `${lineOf(end)}, and it lies in ${stored.mailbox}`,
          });
      });
    }
  },
);
