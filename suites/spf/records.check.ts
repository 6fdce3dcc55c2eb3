import { check } from '../../harness/check/check.ts';
import { assertEvaluates } from './controls.ts';
import { expectResults } from './expectation.ts';
import { messages, SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, mx, txt } from './world.ts';

export const malformedRecordIsAnError = check(
  {
    ...SPF_CHECK,
    id: 'SPF-007',
    slug: 'malformed-record-is-permerror',
    title: 'A record with a mechanism that does not exist yields permerror, never pass or fail',
    sends:
      'messages from domains whose policy has ip: or another unknown mechanism, before and behind a match',
    demands: 'permerror for each: the whole record is read before any of it counts',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#4.6', 'rfc7208#4.6.1', 'rfc7208#2.6.7', 'rfc7208#8.7', 'rfc7372#3.2'],
    waits: messages(4),
    kills: ['spf-skips-unknown-mechanisms', 'spf-stops-reading-at-match'],
  },
  async (services) => {
    assertEvaluates(services);
    const client = clientAddress(services);
    const policies = {
      'ip: with another address': 'v=spf1 +ip:116.100.122.11 -all',
      'ip: with the address of the client': `v=spf1 +ip:${client} -all`,
      'ip: behind -all': `v=spf1 -all +ip:${client}`,
      'an unknown mechanism behind a match': `v=spf1 ip4:${client} foo -all`,
    };
    await expectResults(
      services,
      Object.entries(policies).map(([name, policy], index) => ({
        name,
        label: `malformed-${index + 1}`,
        zone: (domain: string) => [txt(domain, policy)],
        result: 'permerror' as const,
      })),
    );
  },
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
    clauses: ['rfc7208#3.2', 'rfc7208#4.5'],
    waits: messages(3),
    kills: ['spf-first-record-wins', 'spf-takes-other-versions'],
  },
  async (services) => {
    assertEvaluates(services);
    const good = `v=spf1 ip4:${clientAddress(services)} -all`;
    await expectResults(services, [
      {
        name: 'two policies',
        label: 'two',
        zone: (domain) => [txt(domain, good), txt(domain, 'v=spf1 -all')],
        result: 'permerror',
      },
      {
        name: 'v=spf10 beside it',
        label: 'other-version',
        zone: (domain) => [txt(domain, 'v=spf10 -all'), txt(domain, good)],
        result: 'pass',
      },
      {
        name: 'spf2.0/mfrom beside it',
        label: 'sender-id',
        zone: (domain) => [txt(domain, 'spf2.0/mfrom -all'), txt(domain, good)],
        result: 'pass',
      },
    ]);
  },
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
    waits: messages(1),
    kills: ['spf-joins-strings-with-space'],
  },
  async (services) => {
    const { verify, lab } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    const cut = Math.ceil(client.length / 2);
    await expectResults(services, [
      {
        name: 'a policy in two strings',
        label: 'strings',
        zone: (domain) => [
          txt(domain, `v=spf1 ip4:${client.slice(0, cut)}`, `${client.slice(cut)} -all`),
          { name: domain, type: 'SPF', data: 'v=spf1 -all' },
        ],
        result: 'pass',
      },
    ]);
    const old = await lab().dns.queries({ name: lab().domain('strings'), type: 'SPF' });
    verify.ideally.that(old.length === 0, {
      demand: 'type 99, which is discontinued, is not asked for',
      expected: 'no query of type 99',
      actual: `${old.length} queries of type 99`,
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
      'messages from domains with an unknown modifier and upper-case names, with two redirects, and with terms behind all',
    demands: 'pass, permerror and pass',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#6', 'rfc7208#4.6.1'],
    waits: messages(3),
    kills: ['spf-refuses-unknown-modifiers'],
  },
  async (services) => {
    assertEvaluates(services);
    const client = clientAddress(services);
    await expectResults(services, [
      {
        name: 'an unknown modifier, upper case',
        label: 'modifier',
        zone: (domain) => [txt(domain, `v=spf1 x-new=1 IP4:${client} -ALL`)],
        result: 'pass',
      },
      {
        name: 'two redirects',
        label: 'redirects',
        zone: (domain) => [
          txt(domain, `v=spf1 redirect=a.${domain} redirect=b.${domain}`),
          txt(`a.${domain}`, `v=spf1 ip4:${client} -all`),
          txt(`b.${domain}`, `v=spf1 ip4:${client} -all`),
        ],
        result: 'permerror',
      },
      {
        name: 'terms behind all',
        label: 'behind-all',
        zone: (domain) => [
          txt(domain, `v=spf1 ip4:${client} all -mx`),
          mx(domain, `in.${domain}`),
          a(`in.${domain}`, client),
        ],
        result: 'pass',
      },
    ]);
  },
);
