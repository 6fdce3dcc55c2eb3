import type { LookedUp, Services } from '../../harness/check/check.ts';

type LookUp = Services['records']['lookup'];

/** Addresses of nobody in particular, spread over the whole of a family. */
const STRANGERS: Readonly<Record<'IPv4' | 'IPv6', readonly string[]>> = {
  IPv4: Array.from({ length: 14 }, (_, index) => `${index * 16 + 7}.213.91.187`),
  // All that is given to anybody lies in 2000::/3 (RFC 3587 §2).
  IPv6: Array.from({ length: 16 }, (_, index) => `${(0x2000 + index * 0x200 + 0x9b).toString(16)}:5d1b::bb`),
};
/** Of so many strangers nobody is permitted by chance. */
const TOO_MANY = 2;
/** Shorter prefixes permit more addresses than anybody sends mail from. */
const SHORTEST_PREFIX = { IPv4: 16, IPv6: 32 } as const;
/** Policies that are followed from one to the next (RFC 7208 §4.6.4). */
const DEPTH = 10;

/** Strangers of each family whom a domain permits to send in its name; empty where there are few. */
export async function permittedStrangers(
  { authentication, records }: Services,
  domain: string,
): Promise<readonly string[]> {
  const lookup = remembering(records.lookup);
  const found: string[] = [];
  for (const [family, addresses] of Object.entries(STRANGERS)) {
    const results = await Promise.all(
      addresses.map((address) =>
        authentication.spf.evaluate({ address, sender: `postmaster@${domain}`, hello: domain }, lookup),
      ),
    );
    const permitted = addresses.filter((_, index) => results[index]?.result === 'pass');
    if (permitted.length >= TOO_MANY)
      found.push(
        `${permitted.length} of ${addresses.length} addresses spread over ${family}, such as ${permitted[0]}`,
      );
  }
  return found;
}

/** Terms with short prefixes in a policy and in those that it includes. */
export async function wideNetworks(
  { authentication, records }: Pick<Services, 'authentication' | 'records'>,
  policy: string,
  depth = DEPTH,
): Promise<readonly string[]> {
  const { policyTerms, isPolicy } = authentication.spf;
  const wide: string[] = [];
  for (const { name, qualifier, value } of policyTerms(policy)) {
    if (qualifier !== '+') continue;
    if (isWide(name, value)) wide.push(`${name}${/^(\/|$)/.test(value) ? '' : ':'}${value}`);
    if ((name !== 'include' && name !== 'redirect') || value.includes('%') || depth === 0) continue;
    const found = await records.lookup(value, 'TXT');
    const texts = found.records.map(({ data }) => [data].flat().map(String).join('')).filter(isPolicy);
    for (const text of texts)
      wide.push(...(await wideNetworks({ authentication, records }, text, depth - 1)));
  }
  return wide;
}

/** Of `ip4`, `ip6`, `a` and `mx`; `a/16//32` has a prefix of either family (RFC 7208 §5.6). */
function isWide(name: string, value: string): boolean {
  const [, four, six] = /(?:^|[^/])(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(value) ?? [];
  const isShort = (prefix: string | undefined, family: keyof typeof SHORTEST_PREFIX) =>
    prefix !== undefined && Number(prefix) < SHORTEST_PREFIX[family];
  switch (name) {
    case 'ip4':
      return isShort(four, 'IPv4');
    case 'ip6':
      return isShort(four, 'IPv6');
    case 'a':
    case 'mx':
      return isShort(four, 'IPv4') || isShort(six, 'IPv6');
    default:
      return false;
  }
}

/** A record is asked for once, however many clients are tried. */
function remembering(lookup: LookUp): LookUp {
  const known = new Map<string, Promise<LookedUp>>();
  return (name, type) => {
    const key = `${type} ${name}`;
    const answer = known.get(key) ?? lookup(name, type);
    known.set(key, answer);
    return answer;
  };
}
