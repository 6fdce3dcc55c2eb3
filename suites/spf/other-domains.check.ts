import { check } from '../../harness/check/check.ts';
import { assertEvaluates } from './controls.ts';
import { expectResults } from './expectation.ts';
import { messages, SPF_CHECK } from './spf-check.ts';
import { a, clientAddress, ELSEWHERE, txt } from './world.ts';

export const includeTakesAMatch = check(
  {
    ...SPF_CHECK,
    id: 'SPF-012',
    slug: 'include-takes-a-match',
    title: 'Of an included policy only the result counts, and one that is missing is permerror',
    sends:
      'messages from domains that include a policy which forbids, one which is missing, and one which permits',
    demands: 'pass by the next term, permerror, and pass',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#5.2'],
    waits: messages(3),
    kills: ['spf-include-as-redirect', 'spf-missing-policies-neutral'],
  },
  async (services) => {
    assertEvaluates(services);
    const client = clientAddress(services);
    await expectResults(services, [
      {
        name: 'the included policy forbids',
        label: 'include-deny',
        zone: (domain) => [
          txt(domain, `v=spf1 include:deny.${domain} ip4:${client} -all`),
          txt(`deny.${domain}`, 'v=spf1 -all'),
        ],
        result: 'pass',
      },
      {
        name: 'the included policy is missing',
        label: 'include-none',
        zone: (domain) => [
          txt(domain, `v=spf1 include:none.${domain} ip4:${client} -all`),
          a(`none.${domain}`, ELSEWHERE),
        ],
        result: 'permerror',
      },
      {
        name: 'the included policy permits',
        label: 'include-ok',
        zone: (domain) => [
          txt(domain, `v=spf1 include:ok.${domain} -all`),
          txt(`ok.${domain}`, `v=spf1 ip4:${client} ~all`),
        ],
        result: 'pass',
      },
    ]);
  },
);

export const redirectWithoutAll = check(
  {
    ...SPF_CHECK,
    id: 'SPF-013',
    slug: 'redirect-without-all',
    title: 'redirect counts only without all, and a missing policy there is permerror',
    sends:
      'messages from domains that redirect to a policy which permits, the same with ?all, and to a name without policy',
    demands: 'pass, neutral and permerror',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#6.1', 'rfc7208#5.1'],
    waits: messages(3),
    kills: ['spf-redirect-despite-all', 'spf-missing-policies-neutral'],
  },
  async (services) => {
    assertEvaluates(services);
    const permits = `v=spf1 ip4:${clientAddress(services)} -all`;
    await expectResults(services, [
      {
        name: 'redirect alone',
        label: 'redirect',
        zone: (domain) => [txt(domain, `v=spf1 redirect=r.${domain}`), txt(`r.${domain}`, permits)],
        result: 'pass',
      },
      {
        name: 'redirect and all',
        label: 'redirect-all',
        zone: (domain) => [txt(domain, `v=spf1 redirect=r.${domain} ?all`), txt(`r.${domain}`, permits)],
        result: 'neutral',
      },
      {
        name: 'redirect to a name without policy',
        label: 'redirect-none',
        zone: (domain) => [txt(domain, `v=spf1 redirect=none.${domain}`), a(`none.${domain}`, ELSEWHERE)],
        result: 'permerror',
      },
    ]);
  },
);
