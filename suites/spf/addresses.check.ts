import { check } from '../../harness/check/check.ts';
import { strangersOverIpv6 } from '../../harness/steps/controls/ipv6-answers.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { bodyOf, type Result } from './expectation.ts';
import { SPF_CHECK } from './spf-check.ts';
import { addressRecord, ELSEWHERE, flippedIpv6, toAddress, toNumber, txt } from './world.ts';

/** Of either family. */
const MOST_CASES = 11;
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
    waits: deliveries(MOST_CASES),
    kills: ['spf-prefix-31-as-32', 'spf-forgives-malformed-networks', 'spf-compares-ipv4-addresses-only'],
    overIpv6: strangersOverIpv6,
  },
  bodyOf((client) => {
    const cases = client.includes(':') ? casesOfIpv6(client) : casesOfIpv4(client);
    return cases.map(([term, result, hosts = []]) => [
      `${term}: ${result}`,
      result,
      (domain) => [
        txt(domain, `v=spf1 ${term.replace('{host}', `host.${domain}`)} -all`),
        ...hosts.map((address) => addressRecord(`host.${domain}`, address)),
      ],
    ]);
  }),
);

/** A mechanism, what it makes of the client, and the addresses of `{host}` in it. */
type Term = readonly [term: string, result: Result, hosts?: readonly string[]];

function casesOfIpv4(client: string): readonly Term[] {
  const number = toNumber(client);
  const flipped = (bits: number) => toAddress(number ^ bits);
  return [
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
}

/** Of a client over IPv6 AAAA records are compared, and networks of IPv4 never match (RFC 7208 §5). */
function casesOfIpv6(client: string): readonly Term[] {
  const flipped = (bit: number) => flippedIpv6(client, bit);
  return [
    [`ip6:${client}`, 'pass'],
    [`ip6:${flipped(127)}/127`, 'pass'],
    [`ip6:${flipped(126)}/127`, 'fail'],
    [`ip6:${flipped(64)}/64`, 'pass'],
    [`ip6:${flipped(63)}/64`, 'fail'],
    ['ip6:2001:db8:ffff::1/0', 'pass'],
    ['ip4:0.0.0.0/0', 'fail'],
    [`ip6:${client}/129`, 'permerror'],
    ['a:{host}', 'pass', [ELSEWHERE, client]],
    ['a:{host}//64', 'pass', [flipped(127)]],
    ['a:{host}/0', 'fail', [ELSEWHERE]],
  ];
}
