import { check, type ZoneRecord } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { assertEvaluates, spfIsEvaluated } from './controls.ts';
import { expectResult, expectResults, tolerated } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, ELSEWHERE, mx, txt } from './world.ts';

/** Hosts and exchangers that a policy names, none of them the client. */
function hosts(domain: string, ...labels: readonly string[]): readonly ZoneRecord[] {
  return labels.flatMap((label) => [
    a(`${label}.${domain}`, ELSEWHERE),
    mx(`${label}.${domain}`, `in.${label}.${domain}`),
    a(`in.${label}.${domain}`, ELSEWHERE),
  ]);
}

/**
 * A policy whose client is permitted after ten terms that ask the DNS, spread over every kind of them, and
 * those terms that the last part of it adds. `exp=` and ip4 do not count (RFC 7208 §4.6.4).
 */
function afterTenTerms(domain: string, client: string, more = ''): readonly ZoneRecord[] {
  return [
    ...hosts(domain, 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'past'),
    // Terms 1 to 4, and 8; 5 to 7 are in the record of the fourth.
    txt(
      domain,
      `v=spf1 a:h1.${domain} mx:h2.${domain} exists:none.${domain} include:i.${domain} redirect=r.${domain} exp=why.${domain}`,
    ),
    txt(`i.${domain}`, `v=spf1 a:h3.${domain} mx:h4.${domain} a:h5.${domain} ?all`),
    // Terms 9 and 10.
    txt(`r.${domain}`, `v=spf1 a:h6.${domain} include:k.${domain} ${more}ip4:${client} -all`),
    txt(`k.${domain}`, `v=spf1 ip4:${ELSEWHERE} -all`),
    txt(`why.${domain}`, 'not permitted'),
  ];
}

export const tenLookups = check(
  {
    ...SPF_CHECK,
    id: 'SPF-009',
    slug: 'ten-lookups',
    title: 'Ten terms that ask the DNS are evaluated, and an eleventh is permerror',
    sends: 'messages from domains that permit the client after ten and after eleven terms, nested',
    demands: 'pass for ten, permerror for eleven, and the eleventh is not looked up',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc7208#4.6.4', 'rfc7208#4.1'],
    waits: deliveries(2),
    kills: ['spf-lookups-unlimited', 'spf-counts-first-lookup'],
  },
  async (services) => {
    const { variant, lab } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    await expectResults(services, [['ten', 'pass', (domain) => afterTenTerms(domain, client)]]);
    await variant('eleven terms', async (verify) => {
      const outcome = await attempt(services, {
        label: 'eleven',
        zone: (domain) => afterTenTerms(domain, client, `a:past.${domain} `),
      });
      await expectResult(services, verify, outcome, 'permerror');
      const [past] = await lab().dns.queries({ name: `past.${outcome.domain}` });
      verify.ideally.absent(past, 'what is past the limit is not looked up', {
        what: 'a query for the eleventh term',
        as: ({ name, type }) => `a query for ${name} ${type}`,
      });
    });
  },
);

export const twoVoidLookups = check(
  {
    ...SPF_CHECK,
    id: 'SPF-010',
    slug: 'two-void-lookups',
    title: 'Look-ups without an answer are limited to two',
    sends: 'a message from a domain that permits the client after three names that do not exist',
    demands: 'permerror',
    level: 'SHOULD',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc7208#4.6.4', 'rfc7208#11.1'],
    waits: deliveries(1),
    kills: ['spf-void-lookups-unlimited'],
  },
  async (services) => {
    const { verify, inconclusive } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    const outcome = await attempt(services, {
      label: 'void',
      zone: (domain) => [
        txt(domain, `v=spf1 a:n1.${domain} a:n2.${domain} a:n3.${domain} ip4:${client} -all`),
      ],
    });
    if (outcome.results.length === 0 && services.finding(spfIsEvaluated).kind === 'asks')
      return inconclusive('precondition', 'No result is recorded.');
    await expectResult(services, verify, outcome, 'permerror');
  },
);

const EXCHANGERS = 11;

export const exchangersAreLimited = check(
  {
    ...SPF_CHECK,
    id: 'SPF-011',
    slug: 'mx-ten-hosts-no-implicit',
    title: 'The mx mechanism is limited to ten hosts, and an address is no mail exchanger for it',
    sends:
      'messages from a domain with eleven mail exchangers, and from one with the address of the client and none',
    demands: 'permerror, and fail',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc7208#4.6.4', 'rfc7208#5.4'],
    waits: deliveries(2),
    kills: ['spf-implicit-mx'],
  },
  async (services) => {
    const { variant } = services;
    assertEvaluates(services);
    const client = clientAddress(services);
    await variant('eleven mail exchangers', async (verify) => {
      const outcome = await attempt(services, {
        label: 'exchangers',
        zone: (domain) => [
          txt(domain, `v=spf1 mx ip4:${client} -all`),
          ...Array.from({ length: EXCHANGERS }, (_, index) => [
            mx(domain, `m${index}.${domain}`, index),
            a(`m${index}.${domain}`, ELSEWHERE),
          ]).flat(),
        ],
      });
      await expectResult(services, tolerated(verify), outcome, 'permerror');
    });
    await expectResults(services, [
      [
        'no mail exchanger, and the address of the client',
        'fail',
        // The sender itself has an exchanger, as every sender has.
        (domain) => [txt(domain, `v=spf1 mx:bare.${domain} -all`), a(`bare.${domain}`, client)],
      ],
    ]);
  },
);
