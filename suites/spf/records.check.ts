import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates } from './controls.ts';
import { bodyOf, expectResult } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, mx, txt } from './world.ts';

export const malformedRecordIsAnError = check(
  {
    ...SPF_CHECK,
    id: 'SPF-007',
    slug: 'malformed-record-is-permerror',
    title: 'A record with a mechanism that does not exist yields permerror, never pass or fail',
    sends:
      'messages from domains whose policy has ip: or another unknown mechanism, before and after a match',
    demands: 'permerror for each: the whole record is read before any of it counts',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#4.6', 'rfc7208#4.6.1', 'rfc7208#2.6.7', 'rfc7208#8.7', 'rfc7372#3.2'],
    waits: deliveries(4),
    kills: ['spf-skips-unknown-mechanisms', 'spf-stops-reading-at-match'],
  },
  bodyOf((client) => [
    ['ip: with another address', 'permerror', 'v=spf1 +ip:116.100.122.11 -all'],
    ['ip: with the address of the client', 'permerror', `v=spf1 +ip:${client} -all`],
    ['ip: after -all', 'permerror', `v=spf1 -all +ip:${client}`],
    ['an unknown mechanism after a match', 'permerror', `v=spf1 ip4:${client} foo -all`],
  ]),
);

export const oneRecordCounts = check(
  {
    ...SPF_CHECK,
    id: 'SPF-008',
    slug: 'two-records-are-permerror',
    title: 'Two policies yield permerror; records that look like one are ignored',
    sends:
      'messages from a domain with two policies, and from domains with one and a record of another version',
    demands: 'permerror for the first, pass for the others',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#4.5'],
    waits: deliveries(3),
    kills: ['spf-first-record-wins', 'spf-takes-other-versions'],
  },
  bodyOf((client) => {
    const good = `v=spf1 ip4:${client} -all`;
    return [
      ['two policies', 'permerror', (domain) => [txt(domain, good), txt(domain, 'v=spf1 -all')]],
      ['v=spf10 beside it', 'pass', (domain) => [txt(domain, 'v=spf10 -all'), txt(domain, good)]],
      ['spf2.0/mfrom beside it', 'pass', (domain) => [txt(domain, 'spf2.0/mfrom -all'), txt(domain, good)]],
    ];
  }),
);

export const stringsAreJoined = check(
  {
    ...SPF_CHECK,
    id: 'SPF-018',
    slug: 'strings-are-joined',
    title: 'Strings of a TXT record are joined without spaces, and no other type is asked for',
    sends:
      'a message from a domain whose policy is cut inside an address, with the opposite policy in a record of type 99',
    demands: 'pass, and nothing comes from type 99',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#3.3', 'rfc7208#3.1', 'rfc7208#4.4'],
    waits: deliveries(1),
    kills: ['spf-joins-strings-with-space'],
  },
  async (services) => {
    const { variant, lab } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    const cut = Math.ceil(client.length / 2);
    await variant('a policy in two strings', async (verify) => {
      const outcome = await attempt(services, {
        label: 'strings',
        zone: (domain) => [
          txt(domain, `v=spf1 ip4:${client.slice(0, cut)}`, `${client.slice(cut)} -all`),
          { name: domain, type: 'SPF', data: 'v=spf1 -all' },
        ],
      });
      const [old] = await lab().dns.queries({ name: outcome.domain, type: 'SPF' });
      verify.ideally.absent(old, 'type 99, which is discontinued, is not asked for', {
        what: 'a query of type 99',
      });
      await expectResult(services, verify, outcome, 'pass');
    });
  },
);

export const modifiersAreRead = check(
  {
    ...SPF_CHECK,
    id: 'SPF-019',
    slug: 'modifiers-and-case',
    title: 'Unknown modifiers are ignored, a second redirect is permerror, and names have no case',
    sends:
      'messages from domains with an unknown modifier and upper-case names, with two redirects, and with terms after all',
    demands: 'pass, permerror and pass',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#6', 'rfc7208#4.6.1', 'rfc7208#5.1'],
    waits: deliveries(3),
    kills: ['spf-refuses-unknown-modifiers'],
  },
  bodyOf((client) => [
    ['an unknown modifier, upper case', 'pass', `v=spf1 x-new=1 IP4:${client} -ALL`],
    [
      'two redirects',
      'permerror',
      (domain) => [
        txt(domain, `v=spf1 redirect=a.${domain} redirect=b.${domain}`),
        txt(`a.${domain}`, `v=spf1 ip4:${client} -all`),
        txt(`b.${domain}`, `v=spf1 ip4:${client} -all`),
      ],
    ],
    [
      'terms after all',
      'pass',
      (domain) => [
        txt(domain, `v=spf1 ip4:${client} all -mx`),
        mx(domain, `in.${domain}`),
        a(`in.${domain}`, client),
      ],
    ],
  ]),
);
