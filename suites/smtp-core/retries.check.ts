import {
  check,
  type Receiver,
  type Services,
  type StoredMessage,
  type Verify,
} from '../../harness/check/check.ts';
import { assertLabWasThere, type GivenTime, giveTime } from '../../harness/steps/given-time.ts';
import { assertHasMailbox } from '../../harness/steps/in-mailbox.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { arrivalsOf, assertTaken, attemptsAt, awaitArrival, type Sent, submit } from './outgoing.ts';

interface Case {
  readonly name: string;
  /** Begins the local part of the recipient, by which the script of the receiver knows it. */
  readonly prefix: string;
  readonly becomes: 'delivered' | 'retried' | 'refused';
}

/** The recipient that shows whether the target tries again within the time. */
const PATIENCE = 'later-';

/** The recipient after whose message the connection is lost. */
const INTERRUPTED = 'drop-';

const CASES: readonly Case[] = [
  { name: 'a reply of several lines', prefix: 'lines-', becomes: 'delivered' },
  { name: '451 for the recipient', prefix: PATIENCE, becomes: 'retried' },
  { name: '459, which nobody knows, for the recipient', prefix: 'odd-', becomes: 'retried' },
  { name: 'the connection lost after the data', prefix: INTERRUPTED, becomes: 'retried' },
  { name: '550 for the recipient', prefix: 'never-', becomes: 'refused' },
];

export const temporaryFailuresAreRetried = check(
  {
    id: 'SMTP-026',
    slug: 'temporary-failures-are-retried',
    title: 'Outbound retry: 4yz is retried, 5yz is not, replies are judged by the first digit',
    sends:
      'as the first account: mail to recipients that a receiver answers with 451, 459, 550, a lost connection and a reply of several lines',
    demands: 'what failed for now is tried again and arrives, what was refused for good is not tried again',
    level: 'MUST',
    severity: 'medium',
    clauses: [
      'rfc5321#4.5.4.1',
      'rfc5321#4.2.5',
      'rfc5321#4.2',
      'rfc5321#4.3.2',
      'rfc5321#3.8',
      'rfc5321#4.1.1.10',
      'rfc5321#4.2.1',
    ],
    ...OUTGOING_MAIL,
    roles: ['submission', 'submissions'],
    needs: ['account', 'mailbox-in-part', 'dns', 'sink', 'time'],
    budget: '30s',
    connections: 2,
    waits: deliveries(3),
    limits: [
      'Servers wait for minutes before they try again. Within the time that the target declares for deliveries most can show only that nothing came back.',
    ],
    kills: ['outbound-takes-451-for-final', 'outbound-retries-refusals', 'outbound-loses-interrupted-mail'],
  },
  async (services) => {
    const { lab, nonce, variant } = services;
    const receiver = await lab().receiver({
      label: 'busy',
      script: [
        { stage: 'RCPT', contains: 'later-', times: 1, reply: { code: 451, lines: ['4.3.0 Not now'] } },
        { stage: 'RCPT', contains: 'odd-', times: 1, reply: { code: 459, lines: ['4.9.9 Not now either'] } },
        {
          stage: 'RCPT',
          contains: 'never-',
          reply: { code: 550, lines: ['5.1.1 There is nobody of that name'] },
        },
        { stage: 'end-of-data', contains: 'drop-', times: 1, reply: 'none', afterwards: 'close' },
        { stage: 'end-of-data', contains: 'lines-', reply: { code: 250, lines: ['2.0.0 One', '2.0.0 Two'] } },
      ],
    });
    const sent = new Map<Case, Sent>();
    for (const one of CASES) {
      const token = `${one.prefix}${nonce}`;
      sent.set(one, await submit(services, { recipient: `${token}@${receiver.domain}`, token }));
    }
    // All of them have been on their way since then.
    const given = giveTime(services, lab().outboundMs);
    for (const [one, outcome] of sent)
      await variant(one.name, (verify) => judge(services, verify, { receiver, given }, one, outcome));
  },
);

/** A message in the mailbox of the sender that quotes the token. */
const REPORT = { what: 'a report', as: ({ mailbox }: StoredMessage) => `a report in ${mailbox}` };

async function judge(
  services: Services,
  verify: Verify,
  { receiver, given }: { readonly receiver: Receiver; readonly given: GivenTime },
  { name, prefix, becomes }: Case,
  sent: Sent,
): Promise<void> {
  const { nonce, lab, inconclusive } = services;
  const token = `${prefix}${nonce}`;
  assertTaken(services, sent);
  if (becomes === 'refused') {
    const report = await services.returnedMail({ token, withinMs: Math.max(0, given.left()) });
    const attempts = await attemptsAt(receiver, token);
    if (attempts === 0) inconclusive('precondition', 'The message did not come to the receiver.');
    verify.equal(attempts, 1, `a message that gets ${name} is not tried again`);
    assertHasMailbox(services);
    verify.ideally.found(report, `a message that gets ${name} is reported`, REPORT);
    return;
  }
  const demand = `a message that gets ${name} arrives in the end`;
  const arrived = await awaitArrival(services, [receiver], token, given);
  const report = arrived ? null : await services.returnedMail({ token, withinMs: 0 });
  if (!arrived && !report) {
    // Who tries other mail again within half of this time has given this one up.
    const patient = await arrivalsOf(receiver, `${PATIENCE}${nonce}`);
    const late =
      prefix === INTERRUPTED && patient.length > 0 && !(await awaitArrival(services, [receiver], token));
    if (late) {
      assertHasMailbox(services);
      assertLabWasThere(services, given);
      verify.missed(demand, {
        expected: 'a delivery, as of what was refused for now',
        actual: 'neither a delivery nor a report',
      });
      return;
    }
    inconclusive(
      'precondition',
      becomes === 'retried'
        ? `Within ${lab().outboundMs} ms the message was not tried again, and not reported either.`
        : 'The message neither arrived nor came back.',
    );
  }
  if (!arrived) {
    verify.missed(demand, { expected: 'a delivery', actual: `a report of failure in ${report?.mailbox}` });
    return;
  }
  verify.met(demand, `a delivery from ${arrived.message.clientAddress}`);
  if (becomes !== 'retried') return;
  const copies = (await arrivalsOf(receiver, token)).length;
  const once = `a message that gets ${name} arrives once`;
  // What was lost after the data may come twice (RFC 5321 §4.5.4.1).
  if (prefix === INTERRUPTED) verify.ideally.met(once, `lost after the data, deliveries: ${copies}`);
  else verify.ideally.equal(copies, 1, once);
}
