import { check, type Services, type SmtpRule, type Verify } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries, PATIENCE } from '../../harness/steps/waits.ts';
import { goodReceiver } from './controls.ts';
import { awaited, type Destination, hostName, publishDestination, stsPolicy } from './destination.ts';
import {
  assertAttempted,
  describe,
  mustArrive,
  mustNotArrive,
  type Outcome,
  outcomesOf,
  returnedTo,
  shouldArriveAfterRepair,
} from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';
import { primed } from './primed.ts';

type Script = readonly SmtpRule[];

/** Something that a next hop does, for as long as the script holds. */
interface Oddity {
  readonly name: string;
  readonly label: string;
  readonly script: Script;
  /** Also judged under an enforced MTA-STS policy; it keeps TLS from coming about. */
  readonly withPolicy?: boolean;
  /** An ordinary sender delivers at once. */
  readonly harmless?: boolean;
}

const LONG = 4_000;

function odditiesOf({ bytes }: Services): readonly Oddity[] {
  const octets = (...parts: readonly Buffer[]) => ({
    bytes: { base64: Buffer.concat(parts).toString('base64') },
  });
  return [
    {
      name: 'STARTTLS is answered 354',
      label: 'starttls-354',
      script: [{ stage: 'STARTTLS', reply: { code: 354, lines: ['Go ahead'] } }],
      withPolicy: true,
    },
    {
      name: 'EHLO is refused, HELO is accepted',
      label: 'helo',
      script: [{ stage: 'EHLO', channel: 'plain', reply: { code: 502, lines: ['5.5.1 Not implemented'] } }],
      withPolicy: true,
      harmless: true,
    },
    {
      name: 'EHLO is answered 354',
      label: 'ehlo-354',
      script: [{ stage: 'EHLO', channel: 'plain', reply: { code: 354, lines: ['Go ahead'] } }],
      withPolicy: true,
    },
    {
      name: 'the greeting is 421, and the connection is closed',
      label: 'greeting-421',
      script: [{ stage: 'greeting', reply: { code: 421, lines: ['4.3.2 Busy'] }, afterwards: 'close' }],
    },
    {
      name: 'the reply to EHLO has a bare LF and a NUL',
      label: 'bare-lf',
      script: [
        {
          stage: 'EHLO',
          channel: 'plain',
          reply: octets(Buffer.from('250-mx\n'), bytes.lines('250-HELP\0', '250 SIZE 33554432')),
        },
      ],
    },
    {
      name: `the reply to EHLO has a line of ${LONG} octets`,
      label: 'overlong',
      script: [
        {
          stage: 'EHLO',
          channel: 'plain',
          reply: octets(bytes.lines(`250-${'x'.repeat(LONG)}`, '250 SIZE 33554432')),
        },
      ],
    },
    {
      name: 'a refusal for now has no text after its enhanced code',
      label: 'textless',
      script: [{ stage: 'RCPT', reply: octets(bytes.lines('451 4.7.1')) }],
    },
    {
      name: 'QUIT and RSET are answered 500',
      label: 'quit-500',
      script: [
        { stage: 'QUIT', reply: { code: 500, lines: ['5.5.2 What?'] } },
        { stage: 'RSET', reply: { code: 500, lines: ['5.5.2 What?'] } },
      ],
      harmless: true,
    },
    {
      name: 'logins are offered in the clear',
      label: 'auth',
      script: [
        {
          stage: 'EHLO',
          channel: 'plain',
          reply: { code: 250, lines: ['mx', 'AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM XOAUTH2'] },
        },
      ],
      harmless: true,
    },
  ];
}

/** TLS fails once, and is then refused; only a policy says what that means. */
const TLS_FAILS_ONCE: Oddity = {
  name: 'TLS fails for a first message and is refused for a second',
  label: 'second',
  script: [
    { stage: 'handshake', times: 1, handshake: 'reset' },
    { stage: 'STARTTLS', after: 1, reply: { code: 454, lines: ['4.7.0 TLS not available'] } },
  ],
  withPolicy: true,
};

/** An oddity, and the domain whose server has it. */
interface Trial extends Oddity {
  readonly domain: string;
  readonly enforced: boolean;
}

export const senderCopesWithOddNextHops = check(
  {
    ...OUTGOING,
    id: 'TPOL-021',
    slug: 'sender-copes-with-odd-next-hops',
    title: 'Outbound: odd replies of a next hop lose no mail and do not undo a policy',
    sends:
      'as the first account: messages to servers that answer STARTTLS with 354, EHLO with 502 or 354, greet with 421, reply with bare LF, NUL, overlong lines or without text, refuse QUIT, offer logins in the clear; some of them under an enforced MTA-STS policy; the servers are then put in order',
    demands:
      'every message arrives, once, at the latest when the server is in order; no credentials are offered; nothing is sent in the clear under the policy',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#3.2', 'rfc5321#4.2', 'rfc5321#4.5.4.1', 'rfc5321#2.2.1', 'rfc8461#5'],
    budget: '60s',
    waits: expectedDeliveries(4),
    limits: [DELAY_LIMIT],
    kills: [
      'outbound-without-helo',
      'outbound-sends-again-after-odd-quit',
      'outbound-logs-in-anywhere',
      'outbound-loses-interrupted-mail',
      'outbound-takes-451-for-final',
      'outbound-drops-demand-after-failure',
      'sts-enforces-nothing',
    ],
  },
  async (services) => {
    const { target, lab, variant } = services;
    const oddities = odditiesOf(services);
    const underPolicy = target.claims.outgoingPolicies?.mtaSts
      ? [...oddities, TLS_FAILS_ONCE].filter(({ withPolicy }) => withPolicy)
      : [];
    const trials: readonly Trial[] = [
      ...oddities.map((one) => ({ ...one, enforced: false, domain: lab().domain(one.label) })),
      ...underPolicy.map((one) => ({ ...one, enforced: true, domain: lab().domain(`sts-${one.label}`) })),
    ];
    const enforced = trials.filter((trial) => trial.enforced);
    if (enforced.length > 0)
      await primed(
        services,
        enforced.map(({ domain }) => ({ domain, policy: policyFor(services, domain) })),
      );
    const destinations = await Promise.all(trials.map((trial) => publishTrial(services, trial)));
    const control = await publishControl(services);
    const again = destinations.flatMap(({ domain, ...rest }, index) =>
      trials[index]?.label === TLS_FAILS_ONCE.label
        ? [{ ...rest, domain, recipient: `second@${domain}` }]
        : [],
    );
    await makeTargetSend(
      services,
      [...destinations, ...again, control].map(({ recipient }) => recipient),
    );
    const [controlled, ...outcomes] = await outcomesOf(
      services,
      [control, ...destinations, ...again],
      'the whole time',
    );
    await Promise.all(destinations.flatMap(({ receivers }) => receivers.map((one) => one.setScript([]))));
    const repaired = await outcomesOf(services, destinations.map(awaited));
    const othersCame = repaired.some(({ arrived }, index) => arrived && !outcomes[index]?.arrived);
    await variant('a server in order beside the odd ones', async (verify) => {
      if (!controlled) return;
      mustArrive(services, verify, controlled, 'odd servers do not hold up mail for others', { tls: false });
    });
    for (const [index, trial] of trials.entries()) {
      const name = trial.enforced ? `${trial.name}, under an enforced policy` : trial.name;
      await variant(name, async (verify) => {
        const [outcome, later] = [outcomes[index], repaired[index]];
        if (!outcome || !later) return;
        assertAttempted(services, outcome);
        if (trial.enforced) {
          const second = outcomes
            .slice(destinations.length)
            .filter(({ destination }) => destination.domain === trial.domain);
          for (const one of [outcome, ...second])
            mustNotArrive(services, verify, one, 'under an enforced policy nothing is sent without TLS');
          await shouldArriveAfterRepair(services, verify, later);
        }
        await judgeOnce(verify, outcome.destination);
        await judgeCredentials(verify, outcome.destination);
        if (!trial.enforced) await judgeArrival(services, verify, trial, outcome, { later, othersCame });
      });
    }
  },
);

function policyFor(services: Services, domain: string) {
  return { web: { policy: stsPolicy(services, [hostName(domain)]) } };
}

async function publishTrial(services: Services, trial: Trial): Promise<Destination> {
  const { domain, script, enforced, harmless } = trial;
  const receiver = await services.lab().receiver({
    label: 'odd',
    publish: false,
    script: [...script],
    tls: { certificate: { names: [hostName(domain)] } },
  });
  const destination = await publishDestination(services, domain, {
    hosts: [{ receiver }],
    ...(enforced ? { policy: policyFor(services, domain) } : {}),
  });
  return harmless && !enforced ? awaited(destination) : destination;
}

async function publishControl(services: Services): Promise<Destination> {
  const domain = services.lab().domain('control');
  const { receiver } = await goodReceiver(services, [hostName(domain)]);
  return awaited(await publishDestination(services, domain, { hosts: [{ receiver }] }));
}

/** What an odd server kept back: the outcome once the server is in order, and whether others came by then. */
interface LaterOutcome {
  readonly later: Outcome;
  readonly othersCame: boolean;
}

async function judgeArrival(
  services: Services,
  verify: Verify,
  { harmless = false }: Trial,
  outcome: Outcome,
  { later, othersCame }: LaterOutcome,
): Promise<void> {
  const { lab, inconclusive } = services;
  const decisive = harmless || outcome.arrived ? outcome : later;
  const report = decisive.arrived ? null : await returnedTo(services, decisive);
  // A sender that tries other mail again within this time has given up what it does not try.
  if (!decisive.arrived && report === null && !harmless && !othersCame)
    inconclusive(
      'precondition',
      `Within ${PATIENCE * lab().outboundMs} ms the message was neither tried again nor reported; "timing.outbound" of the target can be longer than its pause between two attempts.`,
    );
  verify.ideally.that(decisive.arrived !== null, {
    demand: harmless
      ? 'what is no obstacle does not keep a message from its destination'
      : 'a message that an odd server kept back comes once the server is in order',
    expected: `delivery within ${PATIENCE * lab().outboundMs} ms`,
    actual: report === null ? describe(decisive) : `a report of failure in ${report} of the sender`,
  });
}

/** Who took a message has it; nothing that comes later makes it come again (RFC 5321 §4.1.1.4). */
async function judgeOnce(verify: Verify, { recipient, receivers }: Destination): Promise<void> {
  const messages = (await Promise.all(receivers.map((receiver) => receiver.messages()))).flat();
  const copies = messages.filter(
    ({ code, recipients }) =>
      code === 250 && recipients.some((one) => one.toLowerCase() === recipient.toLowerCase()),
  );
  verify.that(copies.length <= 1, {
    demand: 'a message that was taken is not sent again',
    expected: 'one copy at most',
    actual: `${copies.length} copies`,
  });
}

async function judgeCredentials(verify: Verify, { receivers }: Destination): Promise<void> {
  const sessions = (await Promise.all(receivers.map((receiver) => receiver.sessions()))).flat();
  const logins = sessions.filter(({ commands }) => commands.some(({ verb }) => verb === 'AUTH'));
  verify.that(logins.length === 0, {
    demand: 'no credentials are offered to strangers',
    expected: 'no AUTH',
    actual: logins.length > 0 ? `AUTH in ${logins.length} conversations` : 'no AUTH',
  });
}
