import { check, type ZoneSigning } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane } from './claims.ts';
import { assertDaneWorks, daneControl, goodReceiver } from './controls.ts';
import { awaited, hostName, publishDestination, type Tlsa } from './destination.ts';
import { describe, mustArrive, mustNotArrive, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';

interface FailingLookup {
  readonly name: string;
  readonly label: string;
  readonly effect?: 'servfail' | 'drop';
  readonly flaw?: 'corrupt' | 'expired';
}

const FAILURES: readonly FailingLookup[] = [
  { name: 'the lookup of TLSA records fails', label: 'servfail', effect: 'servfail' },
  { name: 'the lookup of TLSA records gets no answer', label: 'timeout', effect: 'drop' },
  { name: 'TLSA records are signed wrongly', label: 'bogus', flaw: 'corrupt' },
  { name: 'the signature of TLSA records has expired', label: 'stale', flaw: 'expired' },
];

export const failedLookupsHoldMailBack = check(
  {
    ...OUTGOING,
    id: 'TPOL-005',
    slug: 'failed-lookups-hold-mail-back',
    title: 'TLSA lookup errors make the host unreachable instead of downgrading',
    sends:
      'as the first account: messages to signed domains whose TLSA lookup fails, is not answered, or gives records with broken or expired signatures, and to one without TLSA records',
    demands: 'nothing is delivered to a server whose TLSA records cannot be looked up',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7672#2.1.2', 'rfc7672#2.2', 'rfc7672#2.2.2', 'rfc7672#2.2.1', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(1),
    upholds: ['outgoing-policies.dane'],
    kills: ['dane-takes-failure-for-absence'],
  },
  async (services) => {
    const { lab, variant } = services;
    requireDane(services);
    const control = await daneControl(services);
    const { receiver, pinned } = await goodReceiver(services, ['mx.test']);
    const without = await publishDestination(services, lab().domain('no-tlsa'), {
      hosts: [{ receiver }],
      signing: {},
    });
    const failing = await Promise.all(
      FAILURES.map(async ({ label, effect, flaw }) => {
        const domain = lab().domain(label);
        const signing: ZoneSigning = flaw ? { flaws: [{ type: 'TLSA', signature: flaw }] } : {};
        if (effect) {
          await lab().dns.fault({ name: `_25._tcp.${hostName(domain)}`, type: 'TLSA', effect });
        }
        return publishDestination(services, domain, { hosts: [{ receiver, tlsa: [pinned] }], signing });
      }),
    );
    await makeTargetSend(
      services,
      [control, without, ...failing].map(({ recipient }) => recipient),
    );
    const [controlled, unpinned, ...outcomes] = await outcomesOf(services, [
      control,
      awaited(without),
      ...failing,
    ]);
    if (!controlled || !unpinned) return;
    assertDaneWorks(services, controlled);
    for (const [index, { name }] of FAILURES.entries()) {
      await variant(name, async (verify) => {
        const outcome = outcomes[index];
        if (!outcome) return;
        mustNotArrive(services, verify, outcome, 'a server whose TLSA records are not known gets nothing');
      });
    }
    await variant('there are no TLSA records', async (verify) => {
      mustArrive(
        services,
        verify.ideally,
        unpinned,
        'a server that certainly has no TLSA records gets mail',
        {
          tls: false,
        },
      );
    });
  },
);

/** None of them can be used: an unknown usage, an unknown matching type, a digest of the wrong length. */
function unusable([, , , digest]: Tlsa): readonly Tlsa[] {
  return [
    [9, 1, 1, digest],
    [3, 1, 7, digest],
    [3, 1, 1, digest.slice(0, 40)],
  ];
}

export const unusableRecordsDemandTls = check(
  {
    ...OUTGOING,
    id: 'TPOL-006',
    slug: 'unusable-records-demand-tls',
    title: 'Only unusable TLSA records: encryption mandatory, authentication not required',
    sends:
      'as the first account: messages to signed domains none of whose TLSA records can be used, with and without STARTTLS',
    demands: 'the message is sent inside TLS or not at all',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7672#2.2', 'rfc7672#2.2.3', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(1),
    limits: ['What the target does with the usages 0 and 1 is recorded, not judged: it is not defined.'],
    kills: ['dane-ignores-unusable-records'],
  },
  async (services) => {
    const { lab, variant, note } = services;
    requireDane(services);
    const control = await daneControl(services);
    const { pinned } = await goodReceiver(services, ['mx.test']);
    const tlsa = unusable(pinned);
    const selfSigned = { variant: 'self-signed' as const, names: ['elsewhere.test'] };
    const secured = await lab().receiver({ label: 'tls', publish: false, tls: { certificate: selfSigned } });
    const clear = await lab().receiver({ label: 'clear', publish: false, tls: null });
    const [, , , digest] = pinned;
    const [withTls, withoutTls, undefinedUsage] = await Promise.all([
      publishDestination(services, lab().domain('with-tls'), {
        hosts: [{ receiver: secured, tlsa }],
        signing: {},
      }),
      publishDestination(services, lab().domain('without-tls'), {
        hosts: [{ receiver: clear, tlsa }],
        signing: {},
      }),
      publishDestination(services, lab().domain('usage-1'), {
        hosts: [{ receiver: secured, tlsa: [[1, 1, 1, digest]] }],
        signing: {},
      }),
    ]);
    const all = [control, withTls, withoutTls, undefinedUsage];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [controlled, inTls, inClear, usageOne] = await outcomesOf(services, [
      control,
      awaited(withTls),
      withoutTls,
      undefinedUsage,
    ]);
    if (!controlled || !inTls || !inClear || !usageOne) return;
    assertDaneWorks(services, controlled);
    note(`Usage 1 alone: ${describe(usageOne)}.`);
    await variant('with STARTTLS', async (verify) => {
      mustArrive(services, verify.ideally, inTls, 'the message is sent inside TLS');
      verify.that(inTls.arrived === null || inTls.arrived.tls !== null, {
        demand: 'the message is not sent in the clear',
        expected: 'no delivery in the clear',
        actual: describe(inTls),
      });
    });
    await variant('without STARTTLS', async (verify) => {
      mustNotArrive(services, verify, inClear, 'a server with TLSA records gets nothing without TLS');
    });
  },
);
