import { check } from '../../harness/check/check.ts';
import { strangersOverIpv6 } from '../../harness/steps/controls/ipv6-answers.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { HOST_SENDERS, LOCAL_SENDERS, NULL_SENDER, PLAIN } from './forms.ts';
import { judgeForms, RELAY_CHECK, tryForms } from './relay-check.ts';

export const strangersMailIsNotRelayed = check(
  {
    ...RELAY_CHECK,
    overIpv6: strangersOverIpv6,
    id: 'RLY-001',
    slug: 'strangers-mail-is-not-relayed',
    title: 'Unauthenticated external-to-external mail is not relayed',
    sends: 'a message from a stranger to somebody elsewhere, from every address that the client has',
    needs: ['dns', 'sink', 'vantage'],
    limits: [
      ...RELAY_CHECK.limits,
      'Without a lab the client has one address, and whether the target trusts it nobody can see.',
    ],
    connections: 3,
    kills: ['mx-relays-for-everybody', 'mx-relays-over-ipv6', 'mx-bounces-foreign-mail'],
  },
  async (services) => {
    const { hasLab, lab, smtp } = services;
    assertStrangersAreServed(services);
    if (!hasLab) return tryForms(services, PLAIN, [{ name: '', open: () => smtp({ at: 'ready' }) }]);
    const everywhere = lab().vantages.map(({ name, address }) => ({
      name: `from ${address}: `,
      open: () => smtp({ at: 'ready', vantage: name }),
    }));
    await tryForms(services, PLAIN, everywhere);
  },
);

export const nullSenderIsNotRelayed = check(
  {
    ...RELAY_CHECK,
    overIpv6: strangersOverIpv6,
    id: 'RLY-002',
    slug: 'null-sender-is-not-relayed',
    title: 'Null sender is not relayed',
    sends: 'a message with a null reverse-path to somebody elsewhere',
    kills: ['mx-relays-null-sender'],
  },
  (services) => judgeForms(services, NULL_SENDER),
);

export const localSenderGrantsNothing = check(
  {
    ...RELAY_CHECK,
    overIpv6: strangersOverIpv6,
    id: 'RLY-003',
    slug: 'local-sender-grants-nothing',
    title: 'A forged local sender does not grant relay rights',
    sends: 'messages from existing and unknown addresses of the mail domain to somebody elsewhere',
    kills: ['mx-relays-local-sender'],
  },
  (services) => judgeForms(services, LOCAL_SENDERS),
);

export const hostSenderGrantsNothing = check(
  {
    ...RELAY_CHECK,
    overIpv6: strangersOverIpv6,
    id: 'RLY-004',
    slug: 'host-sender-grants-nothing',
    title: 'Sender with address literal or host name of the target does not grant relay rights',
    sends:
      'messages to somebody elsewhere from addresses at the host name and address of the target, at a domain below its own, at localhost, and at no domain',
    kills: ['mx-relays-localhost-sender', 'mx-relays-literal-sender'],
  },
  (services) => judgeForms(services, HOST_SENDERS),
);
