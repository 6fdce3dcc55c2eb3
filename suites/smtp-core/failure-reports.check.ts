import {
  check,
  type Receiver,
  type Services,
  type StoredMessage,
  type Verify,
} from '../../harness/check/check.ts';
import { assertLabWasThere, giveTime } from '../../harness/steps/given-time.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { deliveries, PATIENCE } from '../../harness/steps/waits.ts';
import { assertTaken, attemptsAt, submit } from './outgoing.ts';

export const failuresAreReported = check(
  {
    id: 'SMTP-023',
    slug: 'failures-are-reported',
    title:
      'Delivery failures are notified with a null sender to the envelope sender, never to a null sender, in DSN format',
    sends:
      'as the first account: mail to a recipient that the receiver refuses at RCPT, to one that it refuses at the end of data, and one with the null sender to the first',
    demands: 'a report with the null sender for each of the first two, none for the third',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc5321#6.1',
      'rfc5321#3.6.3',
      'rfc5321#4.5.5',
      'rfc3464#2',
      'rfc5321#4.2.5',
      'rfc5321#4.1.1.4',
      'rfc5321#4.4',
      'rfc5321#4.5.4',
    ],
    ...OUTGOING_MAIL,
    roles: ['submission', 'submissions'],
    needs: ['account', 'mailbox', 'dns', 'sink'],
    budget: '20s',
    connections: 2,
    waits: deliveries(3 + 2 * PATIENCE),
    limits: [
      'Reports are looked for by IMAP in the mailboxes of the account.',
      'The sender of a report is read from its Return-Path, where the mailbox keeps one.',
    ],
    kills: ['outbound-reports-from-postmaster', 'outbound-reports-nothing'],
  },
  async (services) => {
    const { variant, lab, nonce } = services;
    const receiver = await lab().receiver({
      label: 'refusing',
      script: [
        {
          stage: 'RCPT',
          contains: 'nx-',
          reply: { code: 550, lines: ['5.1.1 There is nobody of that name'] },
        },
        { stage: 'end-of-data', contains: 'late-', reply: { code: 554, lines: ['5.7.1 Not that message'] } },
      ],
    });
    for (const [prefix, name] of [
      ['nx-', 'refused at RCPT'],
      ['late-', 'refused at the end of data'],
    ] as const) {
      await variant(name, async (verify) => {
        const token = `${nonce}-${prefix}a`;
        const sent = await submit(services, { recipient: `${prefix}${token}@${receiver.domain}`, token });
        assertTaken(services, sent);
        await untilOffered(services, receiver, token);
        await reported(services, verify, token, name);
      });
    }
    await variant('from the null sender', async (verify) => {
      const token = `${nonce}-nx-null`;
      const recipient = `nx-${token}@${receiver.domain}`;
      const sent = await submit(services, { recipient, token, sender: '' });
      if (!sent.taken)
        services.notApplicable('The submission takes no mail from the null sender.', lineOf(sent.reply));
      await untilOffered(services, receiver, token);
      const report = await services.returnedMail({ token, withinMs: 1_000 });
      const caught = await lab().messages({ token });
      // A copy for the postmaster is no report to the sender.
      verify.equal(caught.length, 0, 'mail from the null sender is not reported to anybody elsewhere');
      verify.ideally.absent(report, 'mail from the null sender draws no report at all', REPORT);
    });
  },
);

/** A message in the mailbox of the sender that quotes the token. */
const REPORT = { what: 'a report', as: ({ mailbox }: StoredMessage) => `a message in ${mailbox}` };

/** A report is due from when the receiver refused. */
async function untilOffered(services: Services, receiver: Receiver, token: string): Promise<void> {
  const given = giveTime(services, services.lab().outboundMs);
  while ((await attemptsAt(receiver, token)) === 0) {
    if (given.left() <= 0)
      services.inconclusive('precondition', 'The message was taken and did not come to the receiver.');
    await services.pause(100);
  }
}

async function reported(services: Services, verify: Verify, token: string, name: string): Promise<void> {
  const withinMs = PATIENCE * services.lab().outboundMs;
  const given = giveTime(services, withinMs);
  const report = await services.returnedMail({ token, withinMs });
  if (!report) assertLabWasThere(services, given);
  const demand = `mail that is ${name} is reported to its sender`;
  if (!verify.found(report, demand, { ...REPORT, what: `a report within ${withinMs} ms` })) return;
  const text = report.bytes.toString('latin1');
  const path = /^return-path:\s*<([^>]*)>/im.exec(text)?.[1];
  if (path !== undefined) verify.equal(`<${path}>`, '<>', 'a report has the null sender');
  const standard =
    /^content-type:\s*multipart\/report\b/im.test(text) &&
    /^content-type:\s*message\/delivery-status/im.test(text);
  verify.ideally.that(standard, {
    demand: 'a report has the form of a delivery status notification',
    expected: 'multipart/report with message/delivery-status',
    actual: /^content-type:[^;]*/im.exec(text)?.[0] ?? 'no Content-Type',
  });
  if (!standard) return;
  const status = /^status:\s*(\d\.\d{1,3}\.\d{1,3})/im.exec(text)?.[1] ?? 'no Status';
  verify.ideally.matches(status, /^5\./, {
    demand: 'the status in the report is of the class of the refusal',
    expected: '5.x.x',
  });
}
