import {
  check,
  type Receiver,
  type Services,
  type Verify,
  type ZoneRecord,
} from '../../harness/check/check.ts';
import { assertHasMailbox } from '../../harness/steps/in-mailbox.ts';
import { OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { arrivalsOf, assertTaken, awaitArrival, type Sent, submit } from './outgoing.ts';
import { refusalIsAboutContent } from './plain-mail.ts';

interface Route {
  readonly name: string;
  readonly label: string;
  /** What is published; null: nothing. */
  readonly records: (domain: string, hosts: Hosts) => readonly ZoneRecord[] | null;
  /** Where mail goes: to a receiver, nowhere for good, or nowhere for now. */
  readonly goes: 'first' | 'second' | 'nowhere' | 'later';
}

interface Hosts {
  readonly first: Receiver;
  readonly second: Receiver;
  /** Ends every connection at the greeting. */
  readonly down: Receiver;
}

const ROUTES: readonly Route[] = [
  {
    name: 'two exchangers',
    label: 'two',
    records: (name, { first, second }) => [mx(name, 20, second), mx(name, 10, first)],
    goes: 'first',
  },
  {
    name: 'the better exchanger down',
    label: 'down',
    records: (name, { down, second }) => [mx(name, 10, down), mx(name, 20, second)],
    goes: 'second',
  },
  {
    name: 'no MX, an address',
    label: 'implicit',
    records: (name, { first }) => [address(name, first)],
    goes: 'first',
  },
  {
    name: 'an exchanger without an address, and an address of the domain',
    label: 'unusable',
    records: (name, { first }) => [mx(name, 10, { hostname: `nohost.${name}` }), address(name, first)],
    goes: 'nowhere',
  },
  {
    name: 'null MX, and an address of the domain',
    label: 'null',
    records: (name, { first }) => [mx(name, 0, { hostname: '.' }), address(name, first)],
    goes: 'nowhere',
  },
  { name: 'a domain that does not exist', label: 'absent', records: () => null, goes: 'nowhere' },
  {
    name: 'SERVFAIL for MX, and an address of the domain',
    label: 'servfail',
    records: (name, { first }) => [address(name, first)],
    goes: 'later',
  },
];

function mx(name: string, preference: number, { hostname }: Pick<Receiver, 'hostname'>): ZoneRecord {
  return { name, type: 'MX', data: { preference, exchange: hostname } };
}

function address(name: string, { address: data }: Receiver): ZoneRecord {
  return { name, type: 'A', data };
}

export const mailIsRoutedByMx = check(
  {
    id: 'SMTP-025',
    slug: 'mail-is-routed-by-mx',
    title: 'Outbound routing: MX preference, implicit MX, null MX and unusable MX are handled',
    sends:
      'as the first account: mail to domains with two exchangers, with the better one down, without MX, with an exchanger that has no address, with a null MX, to one that does not exist and to one whose MX cannot be looked up',
    demands:
      'the better exchanger first, then the other; the address of the domain only where there is no MX; what cannot be reached is reported, what cannot be looked up is kept',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5321#5.1', 'rfc7505#3', 'rfc7505#4.1', 'rfc7504#4'],
    ...OUTGOING_MAIL,
    roles: ['submission', 'submissions'],
    needs: ['account', 'mailbox-in-part', 'dns', 'sink', 'own-delivery'],
    budget: '30s',
    connections: 2,
    waits: deliveries(5),
    limits: ['How mail is spread over exchangers of equal preference is not looked at.'],
    kills: [
      'outbound-prefers-worse-exchangers',
      'outbound-ignores-null-mx',
      'outbound-goes-past-unusable-exchangers',
      'outbound-gives-up-on-servfail',
    ],
  },
  async (services) => {
    const { lab, nonce, variant } = services;
    const world = lab();
    const hosts: Hosts = {
      first: await world.receiver({ label: 'first' }),
      second: await world.receiver({ label: 'second' }),
      down: await world.receiver({
        label: 'down',
        script: [{ stage: 'greeting', reply: 'none', afterwards: 'reset' }],
      }),
    };
    const sent = new Map<Route, Sent>();
    for (const route of ROUTES) {
      const domain = world.domain(`route-${route.label}`);
      const records = route.records(domain, hosts);
      if (records) await world.dns.publish(domain, records);
      if (route.goes === 'later') await world.dns.fault({ name: domain, type: 'MX', effect: 'servfail' });
      const token = `${nonce}-${route.label}`;
      sent.set(route, await submit(services, { recipient: `ext-${token}@${domain}`, token }));
    }
    for (const [route, outcome] of sent)
      await variant(route.name, (verify) => judge(services, verify, hosts, route, outcome));
  },
);

async function judge(
  services: Services,
  verify: Verify,
  { first, second }: Hosts,
  { name, label, goes }: Route,
  sent: Sent,
): Promise<void> {
  const { taken, reply } = sent;
  const token = `${services.nonce}-${label}`;
  if (goes === 'first' || goes === 'second') {
    assertTaken(services, sent);
    const arrived = await awaitArrival(services, [first, second], token);
    if (!arrived) {
      const report = await services.returnedMail({ token, withinMs: 0 });
      if (!report)
        return services.inconclusive(
          'precondition',
          'The message was taken, and neither arrived nor came back.',
        );
      verify.missed(`mail for a domain with ${name} arrives`, {
        expected: `a message at the ${goes} receiver`,
        actual: `a report of failure in ${report.mailbox}`,
      });
      return;
    }
    const demand = `mail for a domain with ${name} goes where the DNS says`;
    verify.equal(arrived.receiver.hostname, (goes === 'first' ? first : second).hostname, demand);
    return;
  }
  if (reply.code >= 500) await refusalIsAboutContent(services, reply);
  const report = taken
    ? await services.returnedMail({ token, withinMs: goes === 'later' ? 1_000 : services.lab().outboundMs })
    : null;
  const [stray] = [...(await arrivalsOf(first, token)), ...(await arrivalsOf(second, token))];
  verify.absent(stray, `mail for ${name} is not delivered to the address`, {
    what: 'a delivery',
    as: ({ clientAddress }) => `a delivery from ${clientAddress}`,
  });
  if (taken) assertHasMailbox(services);
  const shown = taken ? (report ? 'a report of failure' : 'neither a report nor a refusal') : lineOf(reply);
  if (goes === 'later') {
    verify.that(report === null && reply.code < 500, {
      demand: 'mail for a domain that cannot be looked up now is kept, or refused for now',
      expected: 'no report, and no 5yz',
      actual: shown,
    });
    return;
  }
  verify.ideally.that(report !== null || !taken, {
    demand: `mail for ${name} is refused or reported at once`,
    expected: 'a report or a refusal',
    actual: shown,
  });
}
