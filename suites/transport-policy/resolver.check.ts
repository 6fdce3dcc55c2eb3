import { check, type ZoneSigning } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireValidatingResolver } from './claims.ts';
import { goodReceiver } from './controls.ts';
import { awaited, hostName, publishDestination } from './destination.ts';
import { mustArrive, mustNotArrive, outcomesOf, shouldArriveAfterRepair } from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';

type Signing = (domain: string) => ZoneSigning;

const BROKEN: readonly { readonly name: string; readonly label: string; readonly signing: Signing }[] = [
  {
    name: 'the key of the zone is signed wrongly',
    label: 'bad-key',
    signing: () => ({ flaws: [{ type: 'DNSKEY', signature: 'corrupt' }] }),
  },
  {
    name: 'all signatures have expired',
    label: 'expired',
    signing: () => ({ flaws: [{ signature: 'expired' }] }),
  },
  {
    name: 'the address of the only server is signed wrongly',
    label: 'bad-address',
    signing: (domain) => ({ flaws: [{ name: hostName(domain), type: 'A', signature: 'corrupt' }] }),
  },
];

export const bogusAnswersDelayMail = check(
  {
    ...OUTGOING,
    id: 'TPOL-001',
    slug: 'bogus-answers-delay-mail',
    title: 'The sender uses a DNSSEC-validating resolver and delays mail on bogus MX or address data',
    sends:
      'as the first account: messages to a signed domain, and to domains whose key, all of whose records, or the address of whose server are signed wrongly, which are then put in order',
    demands: 'nothing is delivered by what the DNS says with signatures that do not hold',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7672#2.1.1', 'rfc7672#2.1.2', 'bsi-tr-03108#4.1.4'],
    waits: expectedDeliveries(2),
    limits: [DELAY_LIMIT],
    upholds: ['outgoing-policies.dnssec'],
    kills: ['outbound-believes-bogus-answers'],
  },
  async (services) => {
    const { lab, variant, inconclusive } = services;
    requireValidatingResolver(services);
    const { receiver } = await goodReceiver(services, ['mx.test']);
    const hosts = [{ receiver }];
    const good = await publishDestination(services, lab().domain('signed'), { hosts, signing: {} });
    const broken = await Promise.all(
      BROKEN.map(({ label, signing }) => {
        const domain = lab().domain(label);
        return publishDestination(services, domain, { hosts, signing: signing(domain) });
      }),
    );
    const all = [good, ...broken];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [control, ...outcomes] = await outcomesOf(services, [awaited(good), ...broken], 'the whole time');
    if (!control?.arrived) {
      return inconclusive(
        'precondition',
        `The message to a signed domain that is in order did not arrive within ${lab().outboundMs} ms, so it proves nothing that others do not.`,
      );
    }
    for (const { domain } of broken) await publishDestination(services, domain, { hosts, signing: {} });
    const repaired = await outcomesOf(services, broken.map(awaited));
    for (const [index, { name }] of BROKEN.entries()) {
      await variant(name, async (verify) => {
        const [outcome, later] = [outcomes[index], repaired[index]];
        if (!outcome || !later) return;
        if (outcome.asked.length === 0) {
          return inconclusive('environment', 'The target never asked the DNS of the lab for the domain.');
        }
        mustNotArrive(
          services,
          verify,
          { ...outcome, attempted: true },
          'a bogus answer is not delivered by',
        );
        await shouldArriveAfterRepair(services, verify, later);
      });
    }
    await variant('the zone is in order', async (verify) => {
      mustArrive(services, verify, control, 'mail to a signed domain arrives', { tls: false });
    });
  },
);
