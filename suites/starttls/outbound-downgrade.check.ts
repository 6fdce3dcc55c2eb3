import {
  type ArrivedMessage,
  check,
  type Receiver,
  type ReceiverOptions,
  type Services,
  type SmtpSession,
} from '../../harness/check/check.ts';
import { makeTargetSend, OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { explainAbsence } from './outgoing-mail.ts';

/** What somebody on the path does to TLS. To the target a server that is like this looks the same. */
const ATTACKS: readonly { readonly name: string; readonly options: ReceiverOptions }[] = [
  {
    name: 'STARTTLS is stripped',
    options: { extensions: { plain: ['PIPELINING', 'SIZE 33554432', '8BITMIME'] } },
  },
  { name: 'the handshake is reset', options: { script: [{ stage: 'handshake', handshake: 'reset' }] } },
  { name: 'nothing better than TLS 1.0 is spoken', options: { tls: { maxVersion: 'TLSv1' } } },
];

interface Destination {
  readonly name: string;
  readonly domain: string;
  readonly tlsRequired: boolean;
  readonly receiver: Receiver;
}

interface Observed {
  readonly arrived: ArrivedMessage | null;
  readonly sessions: readonly SmtpSession[];
}

export const downgradeIsKnown = check(
  {
    id: 'STLS-024',
    slug: 'downgrade-is-known',
    title: 'Outbound downgrade behaviour is known: stripping without a DANE or MTA-STS policy',
    sends:
      'as the first account: messages to servers whose STARTTLS is stripped, whose handshake is reset, and that speak TLS 1.0 only; in domains without a policy, and in declared domains that demand TLS',
    demands:
      'nothing is sent in the clear to domains that demand TLS, and the target can be told such domains',
    level: 'policy',
    severity: 'medium',
    clauses: ['rfc3207#6', 'bsi-tr-03108#2.1'],
    ...OUTGOING_MAIL,
    needs: [...OUTGOING_MAIL.needs, 'own-delivery'],
    budget: '30s',
    waits: deliveries(1),
    limits: [
      'Only what happens within the time for a delivery is seen: a sender that falls back to the clear at a retry hours later looks like one that never does.',
      'Without a declared domain that demands TLS, delivery in the clear is a warning: nothing shows that the target could be told to demand it.',
    ],
    upholds: ['tls-required-destinations'],
    kills: ['outbound-ignores-required-tls'],
  },
  async (services) => {
    const { target, variant, lab, note } = services;
    const required = target.claims.tlsRequiredDestinations ?? [];
    if (required.length === 0) note('No domain is declared for which the target demands TLS.');
    const destinations: Destination[] = [];
    for (const attack of ATTACKS) {
      destinations.push(await openDestination(services, attack, null));
      for (const parent of required) destinations.push(await openDestination(services, attack, parent));
    }
    await makeTargetSend(
      services,
      destinations.map(({ domain }) => `probe@${domain}`),
    );
    // All at once: the time for a delivery is waited for a single time.
    const observed = await Promise.all(
      destinations.map(async ({ receiver }): Promise<Observed> => {
        const arrived = await receiver.waitForMessage();
        return { arrived, sessions: await receiver.sessions() };
      }),
    );
    for (const [index, { name, domain, tlsRequired }] of destinations.entries()) {
      await variant(name, async (verify) => {
        const { arrived, sessions } = observed[index] ?? { arrived: null, sessions: [] };
        if (sessions.length === 0) return explainAbsence(services, domain);
        const clear = sessions.some(({ commands }) => commands.some(isInClear));
        const actual = describe(arrived, sessions, lab().outboundMs);
        if (tlsRequired) {
          const demand = 'nothing is sent in the clear to a domain that demands TLS';
          const beyondSender = sessions.some(({ commands }) =>
            commands.some((command) => isInClear(command) && command.verb !== 'MAIL'),
          );
          // Some look for TLS at the recipient only: its sender was told in the clear, the message was kept back.
          const strength = beyondSender ? verify : verify.ideally;
          strength.that(!clear, { demand, expected: 'no MAIL outside TLS', actual });
          return;
        }
        // RFC 3207 §6 leaves the choice to the sender, and asks that he can be told to choose otherwise.
        verify.ideally.that(!clear || required.length > 0, {
          demand: 'mail is sent in the clear only where the target could be told to demand TLS',
          expected: 'delivery inside TLS, no delivery, or a declared domain that demands TLS',
          actual,
        });
      });
    }
  },
);

/** A server of its own for one attack; `parent` is the declared domain below which it receives. */
async function openDestination(
  { lab }: Services,
  { name, options }: (typeof ATTACKS)[number],
  parent: string | null,
): Promise<Destination> {
  const world = lab();
  if (parent === null) {
    const receiver = await world.receiver({ ...options, label: 'free' });
    return { name: `${name}, no policy`, domain: receiver.domain, tlsRequired: false, receiver };
  }
  const receiver = await world.receiver({ ...options, label: 'strict', publish: false });
  const domain = `${receiver.domain.replace(/\..*$/, '')}.${parent}`;
  const hostname = `mx.${domain}`;
  await world.dns.publish(domain, [
    { name: domain, type: 'MX', data: { preference: 10, exchange: hostname } },
    { name: hostname, type: 'A', data: receiver.address },
  ]);
  return { name: `${name}, TLS demanded for ${parent}`, domain, tlsRequired: true, receiver };
}

/** Commands that tell something of a message. */
const TELLING: readonly string[] = ['MAIL', 'RCPT', 'DATA', 'BDAT'];

/** Something of a message is told outside TLS. */
function isInClear({ verb, channel }: SmtpSession['commands'][number]): boolean {
  return TELLING.includes(verb) && channel === 'plain';
}

function describe(
  arrived: ArrivedMessage | null,
  sessions: readonly SmtpSession[],
  withinMs: number,
): string {
  const attempts = `${sessions.length} ${sessions.length === 1 ? 'connection' : 'connections'}`;
  const told = sessions.flatMap(({ commands }) => commands.filter(isInClear).map(({ verb }) => verb));
  const inClear = told.length === 0 ? '' : `, in the clear ${[...new Set(told)].join(', ')}`;
  if (!arrived) return `no delivery within ${withinMs} ms, ${attempts}${inClear}`;
  const how = arrived.tls ? `inside ${arrived.tls.version}` : 'in the clear';
  return `delivery ${how}, ${attempts}${inClear}`;
}
