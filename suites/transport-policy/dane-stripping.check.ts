import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane } from './claims.ts';
import { assertDaneWorks, daneControl, goodReceiver } from './controls.ts';
import { awaited, hostName, publishDestination } from './destination.ts';
import { mustNotArrive, outcomesOf, shouldArriveAfterRepair } from './outcome.ts';
import { DELAY_LIMIT, OUTGOING } from './outgoing-mail.ts';
import { STRIPPINGS } from './strippings.ts';

export const daneResistsStripping = check(
  {
    ...OUTGOING,
    id: 'TPOL-004',
    slug: 'dane-resists-stripping',
    title: 'With secure TLSA records a stripped or failing STARTTLS stops delivery',
    sends:
      'as the first account: messages to signed domains with a matching TLSA record whose STARTTLS is stripped, garbled, refused with 454, or reset in the handshake; STARTTLS is then restored',
    demands: 'nothing is sent in the clear',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc7672#2.2', 'rfc7672#2.2.3', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(2),
    limits: [DELAY_LIMIT],
    kills: ['dane-delivers-without-starttls'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireDane(services);
    const control = await daneControl(services);
    const attacked = await Promise.all(
      STRIPPINGS.map(async ({ label, script }) => {
        const domain = lab().domain(label);
        const { receiver, pinned } = await goodReceiver(services, [hostName(domain)]);
        await receiver.setScript(script);
        return publishDestination(services, domain, { hosts: [{ receiver, tlsa: [pinned] }], signing: {} });
      }),
    );
    await makeTargetSend(
      services,
      [control, ...attacked].map(({ recipient }) => recipient),
    );
    const [controlled, ...outcomes] = await outcomesOf(services, [control, ...attacked], 'the whole time');
    if (!controlled) return;
    assertDaneWorks(services, controlled);
    await Promise.all(
      attacked.flatMap(({ receivers }) => receivers.map((receiver) => receiver.setScript([]))),
    );
    const repaired = await outcomesOf(services, attacked.map(awaited));
    for (const [index, { name }] of STRIPPINGS.entries()) {
      await variant(name, async (verify) => {
        const [outcome, later] = [outcomes[index], repaired[index]];
        if (!outcome || !later) return;
        mustNotArrive(services, verify, outcome, 'a server with TLSA records gets nothing without TLS');
        await shouldArriveAfterRepair(services, verify, later);
      });
    }
  },
);
