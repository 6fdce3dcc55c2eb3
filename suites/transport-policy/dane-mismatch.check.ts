import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane } from './claims.ts';
import { assertDaneWorks, daneControl, goodReceiver } from './controls.ts';
import { awaited, hostName, publishDestination, type Tlsa } from './destination.ts';
import {
  describe,
  mustArrive,
  mustNotArrive,
  mustNotFallBackToClear,
  outcomesOf,
  shouldArriveAfterRepair,
} from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';

export const mismatchStopsDelivery = check(
  {
    ...OUTGOING,
    id: 'TPOL-003',
    slug: 'mismatch-stops-delivery',
    title: 'A certificate that matches no usable TLSA record stops delivery through that host',
    sends:
      'as the first account: messages to signed domains whose server matches no TLSA record, and to one whose second server does; the records are then put in order',
    demands: 'nothing is told to a server that matches no record, in TLS or in the clear',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc7672#2.2', 'rfc7672#3.2', 'rfc7672#9.1', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(2),
    limits: [DELAY_LIMIT],
    upholds: ['outgoing-policies.dane'],
    kills: ['dane-delivers-despite-mismatch', 'outbound-gives-up-tls-after-bad-certificate'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireDane(services);
    const control = await daneControl(services);
    const pair = lab().domain('pair');
    const foreign = await lab().certificates.issue({ variant: 'untrusted-ca', names: ['elsewhere.test'] });
    const shown = await goodReceiver(services, [hostName(pair)]);
    const matching = await goodReceiver(services, [hostName(pair, 'mx2')]);
    const [, , , publicKey] = shown.pinned;
    const mismatches: readonly { readonly name: string; readonly label: string; readonly record: Tlsa }[] = [
      { name: 'another key', label: 'key', record: [3, 1, 1, foreign.digests.publicKey] },
      {
        name: 'the digest of the key as that of the certificate',
        label: 'selector',
        record: [3, 0, 1, publicKey],
      },
      { name: 'another authority', label: 'authority', record: [2, 0, 1, foreign.digests.issuerCertificate] },
    ];
    const single = await Promise.all(
      mismatches.map(({ label, record }) =>
        publishDestination(services, lab().domain(label), {
          hosts: [{ receiver: shown.receiver, tlsa: [record] }],
          signing: {},
        }),
      ),
    );
    const both = await publishDestination(services, pair, {
      hosts: [
        { receiver: shown.receiver, tlsa: [[3, 1, 1, foreign.digests.publicKey]] },
        { label: 'mx2', preference: 20, receiver: matching.receiver, tlsa: [matching.pinned] },
      ],
      signing: {},
    });
    await makeTargetSend(
      services,
      [control, ...single, both].map(({ recipient }) => recipient),
    );
    const [controlled, paired, ...outcomes] = await outcomesOf(
      services,
      [control, awaited(both), ...single],
      'the whole time',
    );
    if (!controlled || !paired) return;
    assertDaneWorks(services, controlled);
    for (const { domain } of single) {
      await publishDestination(services, domain, {
        hosts: [{ receiver: shown.receiver, tlsa: [shown.pinned] }],
        signing: {},
      });
    }
    const repaired = await outcomesOf(services, single.map(awaited));
    for (const [index, { name }] of mismatches.entries()) {
      await variant(name, async (verify) => {
        const [outcome, later] = [outcomes[index], repaired[index]];
        if (!outcome || !later) return;
        mustNotArrive(services, verify, outcome, 'a server that matches no TLSA record gets nothing');
        mustNotFallBackToClear(verify, outcome);
        await shouldArriveAfterRepair(services, verify, later);
      });
    }
    await variant('a second server matches', async (verify) => {
      mustArrive(services, verify, paired, 'the message goes to the server that matches its TLSA record');
      const told = (await shown.receiver.sessions()).some(({ commands }) =>
        commands.some(({ verb, argument }) => verb === 'RCPT' && argument.includes(pair)),
      );
      verify.that(!told, {
        demand: 'the server that does not match gets nothing',
        expected: 'no recipient told to the first server',
        actual: told ? 'the recipient was told to the first server' : describe(paired),
      });
    });
  },
);
