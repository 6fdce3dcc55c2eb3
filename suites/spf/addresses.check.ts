import { check } from '../../harness/check/check.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { bodyOf, type Result } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { toAddress, toNumber } from './world.ts';

const LAST_BIT_OF_31 = 2;
const LAST_BIT_OF_25 = 128;

export const prefixesAreExact = check(
  {
    ...SPF_CHECK,
    id: 'SPF-015',
    slug: 'prefixes-are-exact',
    title: 'Prefix lengths are matched to the bit',
    sends: 'messages from domains whose ip4 networks just contain the client, just miss it, or are malformed',
    demands: 'pass, fail and permerror',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc7208#5', 'rfc7208#5.6'],
    waits: deliveries(9),
    kills: ['spf-prefix-31-as-32', 'spf-forgives-malformed-networks'],
    limits: [
      'The clients of the lab have IPv4 addresses, so networks of IPv6 are tried by their syntax alone.',
    ],
  },
  bodyOf((client) => {
    const number = toNumber(client);
    const flipped = (bits: number) => toAddress(number ^ bits);
    const terms: readonly (readonly [term: string, result: Result])[] = [
      [`ip4:${client}/32`, 'pass'],
      [`ip4:${flipped(1)}/31`, 'pass'],
      [`ip4:${flipped(LAST_BIT_OF_31)}/31`, 'fail'],
      [`ip4:${flipped(1)}/25`, 'pass'],
      [`ip4:${flipped(LAST_BIT_OF_25)}/25`, 'fail'],
      ['ip4:192.0.2.1/0', 'pass'],
      [`ip4:${client}/33`, 'permerror'],
      ['ip4:192.0.2', 'permerror'],
      [`ip6:${client}`, 'permerror'],
    ];
    return terms.map(([term, result]) => [`${term}: ${result}`, result, `v=spf1 ${term} -all`]);
  }),
);
