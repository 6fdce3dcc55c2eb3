import { check } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { requireDane, requireMtaSts } from './claims.ts';
import { assertDaneWorks, assertStsWorks, daneControl, goodReceiver, stsControl } from './controls.ts';
import { awaited, hostName, publishDestination, stsPolicy } from './destination.ts';
import { describe, mustArrive, mustNotArrive, outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';

export const insecureRecordsDoNotCount = check(
  {
    ...OUTGOING,
    id: 'TPOL-008',
    slug: 'insecure-records-do-not-count',
    title: 'TLSA records in unsigned zones are not enforced; worse MX with TLSA does not pre-empt better MX',
    sends:
      'as the first account: messages to an unsigned domain with a TLSA record that does not match, and to a signed one of whose servers only the worse one has TLSA records',
    demands: 'both messages arrive, the second one at the better server',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7672#2.2', 'rfc7672#2.2.1', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(1),
    limits: [
      'What the target does about secure records of a server that insecure MX records name is recorded, not judged: the choice is its own.',
    ],
    kills: ['dane-trusts-insecure-records', 'dane-prefers-hosts-with-records'],
  },
  async (services) => {
    const { lab, variant, note } = services;
    requireDane(services);
    const control = await daneControl(services);
    const foreign = await lab().certificates.issue({ variant: 'untrusted-ca', names: ['elsewhere.test'] });
    const pair = lab().domain('preference');
    const better = await goodReceiver(services, [hostName(pair)]);
    const worse = await goodReceiver(services, [hostName(pair, 'mx2')]);
    const wrong = [3, 1, 1, foreign.digests.publicKey] as const;
    const unsigned = await publishDestination(services, lab().domain('unsigned'), {
      hosts: [{ receiver: better.receiver, tlsa: [wrong] }],
    });
    const ordered = await publishDestination(services, pair, {
      hosts: [
        { receiver: better.receiver },
        { label: 'mx2', preference: 20, receiver: worse.receiver, tlsa: [worse.pinned] },
      ],
      signing: {},
    });
    const hosting = lab().domain('hosting');
    await publishDestination(services, hosting, {
      hosts: [{ receiver: better.receiver, tlsa: [wrong] }],
      signing: {},
    });
    const hosted = lab().domain('hosted');
    await lab().dns.publish(hosted, [
      { name: hosted, type: 'MX', data: { preference: 10, exchange: hostName(hosting) } },
    ]);
    const elsewhere = { domain: hosted, recipient: `probe@${hosted}`, receivers: [better.receiver] };
    const all = [control, unsigned, ordered, elsewhere];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [controlled, plain, preferred, recorded] = await outcomesOf(services, [
      control,
      awaited(unsigned),
      awaited(ordered),
      elsewhere,
    ]);
    if (!controlled || !plain || !preferred || !recorded) return;
    assertDaneWorks(services, controlled);
    note(`Insecure MX records that lead to a server with secure TLSA records: ${describe(recorded)}.`);
    await variant('TLSA in an unsigned zone', async (verify) => {
      mustArrive(services, verify, plain, 'records that the DNS does not vouch for hold nothing back', {
        tls: false,
      });
    });
    await variant('TLSA of the worse server', async (verify) => {
      mustArrive(services, verify, preferred, 'the message arrives', { tls: false });
      const atBetter = await better.receiver.messages();
      verify.that(
        atBetter.some(({ recipients }) => recipients.includes(ordered.recipient)),
        {
          demand: 'the order of MX records comes before the security of the servers',
          expected: 'delivery to the better server',
          actual: describe(preferred),
        },
      );
    });
  },
);

export const daneComesFirst = check(
  {
    ...OUTGOING,
    id: 'TPOL-017',
    slug: 'dane-comes-first',
    title: 'MTA-STS never overrides a failing DANE check',
    sends:
      'as the first account: a message to a signed domain whose server satisfies an enforced MTA-STS policy and matches no TLSA record',
    demands: 'the message is not delivered',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc8461#2', 'bsi-tr-03108#4.1.6'],
    waits: expectedDeliveries(1),
    limits: ['What the target does about the reverse case is recorded, not judged.'],
    kills: ['sts-overrides-dane'],
  },
  async (services) => {
    const { lab, verify, note } = services;
    requireDane(services);
    requireMtaSts(services);
    const [dane, sts] = [await daneControl(services), await stsControl(services)];
    const foreign = await lab().certificates.issue({ variant: 'untrusted-ca', names: ['elsewhere.test'] });
    const [mismatch, reverse] = [lab().domain('dane-fails'), lab().domain('sts-fails')];
    const good = await goodReceiver(services, [hostName(mismatch), hostName(reverse)]);
    const policy = (mx: string) => ({ web: { policy: stsPolicy(services, [mx]) } });
    const failing = await publishDestination(services, mismatch, {
      hosts: [{ receiver: good.receiver, tlsa: [[3, 1, 1, foreign.digests.publicKey]] }],
      signing: {},
      policy: policy(hostName(mismatch)),
    });
    const other = await publishDestination(services, reverse, {
      hosts: [{ receiver: good.receiver, tlsa: [good.pinned] }],
      signing: {},
      policy: policy(hostName(reverse, 'other')),
    });
    const all = [dane, sts, failing, other];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const [daneControlled, stsControlled, failed, reversed] = await outcomesOf(services, all);
    if (!daneControlled || !stsControlled || !failed || !reversed) return;
    assertDaneWorks(services, daneControlled);
    await assertStsWorks(services, stsControlled);
    note(`TLSA record matched, MTA-STS policy not satisfied: ${describe(reversed)}.`);
    mustNotArrive(
      services,
      verify,
      failed,
      'a server that matches no TLSA record gets nothing, whatever MTA-STS says',
    );
  },
);
