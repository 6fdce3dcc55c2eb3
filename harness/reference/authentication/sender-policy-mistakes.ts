import type { DNSResolver } from 'mailauth';
import type { FaultName } from '../../model/faults.ts';
import { splitMessage } from '../message/header.ts';
import type { Site } from '../site.ts';
import type { SmtpSession } from '../smtp/session.ts';

/**
 * Faults of SPF. The evaluator itself makes no mistakes: what it is told, by the session and by the DNS, is
 * altered so that the right result is the one that the mistake would lead to.
 */

/** RFC 5737 §3. */
const SOMEBODY_ELSE = '192.0.2.99';

/** The address for which SPF is checked. */
export function checkedAddress({ site, connection, claimedAddress }: SmtpSession, message: Buffer): string {
  if (site.faulty('spf-compares-another-address')) return SOMEBODY_ELSE;
  if (site.faulty('spf-reads-received-field')) {
    const received = splitMessage(message).fields.find(({ name }) => name === 'received');
    const named = /\[([\d.]+)\]/.exec(received?.value ?? '')?.[1];
    if (named !== undefined) return named;
  }
  return claimedAddress ?? connection.clientAddress;
}

const UNLIMITED = 1_000;
/** RFC 7208 §4.6.4 allows ten, the query for the policy itself not counted. */
const ONE_TOO_FEW = 9;

/** How many look-ups are made. */
export function limits(site: Site): { maxResolveCount?: number; maxVoidCount?: number } {
  return {
    ...(site.faulty('spf-lookups-unlimited') ? { maxResolveCount: UNLIMITED } : {}),
    ...(site.faulty('spf-counts-first-lookup') ? { maxResolveCount: ONE_TOO_FEW } : {}),
    ...(site.faulty('spf-void-lookups-unlimited') ? { maxVoidCount: UNLIMITED } : {}),
  };
}

type Status = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror';

const TAKEN_FOR: readonly (readonly [FaultName, from: Status, to: Status])[] = [
  ['spf-fail-as-neutral', 'fail', 'neutral'],
  ['spf-softfail-as-fail', 'softfail', 'fail'],
  ['spf-none-as-permerror', 'none', 'permerror'],
];

/** The result that is told. */
export function mistakenResult<Told extends string>(site: Site, result: Told): Told | Status {
  return TAKEN_FOR.find(([fault, from]) => site.faulty(fault) && from === result)?.[2] ?? result;
}

/** Look-ups whose answers faults alter on the way to the evaluator. */
export function mistakenLookups(
  site: Site,
  resolve: DNSResolver,
  checked: { readonly domain: string; readonly ip: string },
): DNSResolver {
  const altered = async (name: string, type: string): Promise<unknown> => {
    if (type === 'AAAA' && site.faulty('spf-compares-ipv4-addresses-only')) return [];
    try {
      const answer: unknown = await resolve(name, type);
      return type === 'TXT' && Array.isArray(answer) ? policies(site, answer, checked.ip) : answer;
    } catch (failure) {
      const isAbsent = isVoid(failure);
      if (isAbsent && type === 'MX' && site.faulty('spf-implicit-mx'))
        return [{ priority: 0, exchange: name }];
      const isOther = name.toLowerCase() !== checked.domain.toLowerCase();
      if (isAbsent && type === 'TXT' && isOther && site.faulty('spf-missing-policies-neutral'))
        return [['v=spf1 ?all']];
      if (!isAbsent && site.faulty('spf-servfail-as-none'))
        throw Object.assign(new Error(`${type} of ${name} is taken for absent`), { code: 'ENODATA' });
      throw failure;
    }
  };
  return altered as DNSResolver;
}

function isVoid(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    'code' in failure &&
    (failure.code === 'ENOTFOUND' || failure.code === 'ENODATA')
  );
}

/** What a policy is read as; `ip` is the address that is checked. */
type Reading = (policy: string, ip: string) => string;

const READINGS: readonly (readonly [FaultName, Reading])[] = [
  ['spf-takes-other-versions', (policy) => policy.replace(/^v=spf1\S*/i, 'v=spf1')],
  [
    'spf-skips-unknown-mechanisms',
    (policy) =>
      policy.replace(/ [-+~?]?(?!(?:all|include|a|mx|ptr|ip4|ip6|exists)\b)[a-z0-9]+(?::\S*)?(?= |$)/gi, ''),
  ],
  [
    'spf-stops-reading-at-match',
    (policy, ip) => {
      const terms = policy.split(' ');
      const match = terms.findIndex((term) => isMatch(term, ip));
      return match < 0 ? policy : terms.slice(0, match + 1).join(' ');
    },
  ],
  ['spf-include-as-redirect', (policy) => policy.replace(/ include:(\S+).*$/i, ' redirect=$1')],
  [
    'spf-redirect-despite-all',
    (policy) => (/ redirect=/i.test(policy) ? policy.replace(/ [-+~?]?all\b/i, '') : policy),
  ],
  ['spf-prefix-31-as-32', (policy) => policy.replace(/\/31(?= |$)/g, '/32')],
  [
    'spf-forgives-malformed-networks',
    (policy) => policy.replace(/ [-+~?]?(?:ip4:\S+\/33|ip4:\d+\.\d+\.\d+|ip6:[\d.]+)(?= |$)/gi, ''),
  ],
  ['spf-macros-not-reversed', (policy) => policy.replace(/%\{([a-z]\d*)r/gi, '%{$1')],
  [
    'spf-refuses-unknown-modifiers',
    (policy) => policy.replace(/ (?!redirect=|exp=)([a-z][\w.-]*)=/gi, ' $1:'),
  ],
];

function isMatch(term: string, ip: string): boolean {
  return /^[-+~?]?all$/i.test(term) || term.toLowerCase() === `ip4:${ip}`;
}

function policies(site: Site, answer: readonly unknown[], ip: string): readonly (readonly string[])[] {
  const separator = site.faulty('spf-joins-strings-with-space') ? ' ' : '';
  const texts = answer.map((strings) => (Array.isArray(strings) ? strings.join(separator) : String(strings)));
  const isPolicy = (text: string) => /^v=spf1/i.test(text);
  const chosen = site.faulty('spf-first-record-wins') ? texts.filter(isPolicy).slice(0, 1) : texts;
  return chosen.map((text) => {
    if (!isPolicy(text)) return [text];
    return [
      READINGS.reduce((read, [fault, reading]) => (site.faulty(fault) ? reading(read, ip) : read), text),
    ];
  });
}
