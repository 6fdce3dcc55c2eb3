import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { bodyOf } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { a, ELSEWHERE, txt } from './world.ts';

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
    waits: deliveries(3),
    kills: ['spf-include-as-redirect', 'spf-missing-policies-neutral'],
  },
  bodyOf((client) => [
    [
      'the included policy forbids',
      'pass',
      (domain) => [
        txt(domain, `v=spf1 include:deny.${domain} ip4:${client} -all`),
        txt(`deny.${domain}`, 'v=spf1 -all'),
      ],
    ],
    [
      'the included policy is missing',
      'permerror',
      (domain) => [
        txt(domain, `v=spf1 include:none.${domain} ip4:${client} -all`),
        a(`none.${domain}`, ELSEWHERE),
      ],
    ],
    [
      'the included policy permits',
      'pass',
      (domain) => [
        txt(domain, `v=spf1 include:ok.${domain} -all`),
        txt(`ok.${domain}`, `v=spf1 ip4:${client} ~all`),
      ],
    ],
  ]),
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
    waits: deliveries(3),
    kills: ['spf-redirect-despite-all', 'spf-missing-policies-neutral'],
  },
  bodyOf((client) => {
    const permits = `v=spf1 ip4:${client} -all`;
    return [
      [
        'redirect alone',
        'pass',
        (domain) => [txt(domain, `v=spf1 redirect=r.${domain}`), txt(`r.${domain}`, permits)],
      ],
      [
        'redirect and all',
        'neutral',
        (domain) => [txt(domain, `v=spf1 redirect=r.${domain} ?all`), txt(`r.${domain}`, permits)],
      ],
      [
        'redirect to a name without policy',
        'permerror',
        (domain) => [txt(domain, `v=spf1 redirect=none.${domain}`), a(`none.${domain}`, ELSEWHERE)],
      ],
    ];
  }),
);
