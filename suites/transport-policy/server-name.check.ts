import { check, type SmtpSession } from '../../harness/check/check.ts';
import { makeTargetSend } from '../../harness/steps/make-target-send.ts';
import { expectedDeliveries } from '../../harness/steps/waits.ts';
import { assertDaneWorks, assertStsWorks, daneControl, goodReceiver, stsControl } from './controls.ts';
import { awaited, type Destination, hostName, policyHost, publishDestination } from './destination.ts';
import { outcomesOf } from './outcome.ts';
import { OUTGOING } from './outgoing-mail.ts';

export const senderNamesTheServer = check(
  {
    ...OUTGOING,
    id: 'TPOL-009',
    slug: 'sender-names-the-server',
    title: 'The sender sends SNI: TLSA base domain (DANE), MX host name (MTA-STS), policy host (HTTPS)',
    sends:
      'as the first account: messages to signed domains with TLSA records of usage 3 and 2, and to a domain with an enforced MTA-STS policy',
    demands: 'every handshake carries the name of the server',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7672#8.1', 'rfc8461#7.1'],
    waits: expectedDeliveries(1),
    kills: ['sts-sends-recipient-domain-as-server-name', 'dane-sends-no-server-name'],
  },
  async (services) => {
    const { target, lab, variant, notApplicable } = services;
    const { dane = false, mtaSts = false } = target.claims.outgoingPolicies ?? {};
    if (!dane && !mtaSts) {
      return notApplicable(
        'The target uses neither DANE nor MTA-STS for outgoing mail.',
        'outgoing-policies.dane and outgoing-policies.mta-sts are not claimed',
      );
    }
    const anchored = lab().domain('dane-authority');
    const { receiver, pinnedAuthority } = await goodReceiver(services, [hostName(anchored)]);
    const byDane = dane
      ? [
          await daneControl(services),
          await publishDestination(services, anchored, {
            hosts: [{ receiver, tlsa: [pinnedAuthority] }],
            signing: {},
          }),
        ]
      : [];
    const bySts = mtaSts ? [await stsControl(services)] : [];
    const all = [...byDane, ...bySts];
    await makeTargetSend(
      services,
      all.map(({ recipient }) => recipient),
    );
    const outcomes = await outcomesOf(services, all.map(awaited));
    for (const outcome of outcomes) {
      const { destination, sessions } = outcome;
      const kind = byDane.some(({ domain }) => domain === destination.domain) ? 'DANE' : 'MTA-STS';
      await variant(`${kind}, ${labelOf(destination)}`, async (verify) => {
        if (kind === 'DANE') assertDaneWorks(services, outcome);
        else await assertStsWorks(services, outcome);
        const names = serverNames(sessions);
        verify.that(names.length > 0 && names.every((name) => name === hostName(destination.domain)), {
          demand: `the handshake under ${kind} carries the name of the server`,
          expected: hostName(destination.domain),
          actual: names.map((name) => name ?? 'no server name').join(', ') || 'no handshake',
        });
      });
    }
    for (const { domain } of bySts) {
      await variant('policy host', async (verify) => {
        const host = policyHost(domain);
        const requests = (await lab().web.requests()).filter((request) => request.host === host);
        if (requests.length === 0) return services.inconclusive('precondition', `Nobody asked ${host}.`);
        const names = requests.map(({ serverName }) => serverName);
        verify.that(
          names.every((name) => name === host),
          {
            demand: 'the handshake with the policy host carries its name',
            expected: host,
            actual: names.map((name) => name ?? 'no server name').join(', '),
          },
        );
      });
    }
  },
);

function serverNames(sessions: readonly SmtpSession[]): readonly (string | null)[] {
  return sessions.flatMap(({ tls }) => (tls ? [tls.serverName?.toLowerCase() ?? null] : []));
}

/** The part of a domain that does not change from run to run. */
function labelOf({ domain }: Destination): string {
  return domain.replace(/-[0-9a-f]{16}\..*$/, '');
}
