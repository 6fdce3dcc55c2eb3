import type { LookedUp, Services } from '../../harness/check/check.ts';

/** What all checks of published records have in common. */
export const PUBLICATION = {
  roles: ['mx'],
  per: 'target',
  needs: ['records'],
  effect: 'reads',
  safety: 'safe',
  budget: '20s',
} as const;

/** What is published about a name. */
export type Published = LookedUp;

/** The signatures of a record hold; better there are some. */
export function judgeSecurity({ verify, note }: Services, what: string, dnssec: Published['dnssec']): void {
  if (dnssec === 'indeterminate') {
    note(`whether ${what} is signed cannot be told by this resolver`);
    return;
  }
  verify.that(dnssec !== 'bogus', {
    demand: `${what} is signed correctly`,
    expected: 'signatures that hold',
    actual: dnssec,
  });
  verify.ideally.that(dnssec !== 'insecure', {
    demand: `${what} is signed`,
    expected: 'a signed zone',
    actual: dnssec,
  });
}

/** The domain whose records are judged; ends the check where none is declared. */
export function requirePublication({ target, notApplicable }: Services): string {
  const domain = target.claims.publishedPolicies;
  if (domain !== undefined) return domain;
  return notApplicable(
    'No domain is declared whose records tell senders what the target promises.',
    'published-policies is not claimed',
  );
}

/** Names of the MX hosts, in lower case; the domain itself where it has none (RFC 5321 §5.1). */
export async function namesOf(services: Services, domain: string): Promise<readonly string[]> {
  const { records, inconclusive, notApplicable, note } = services;
  const found = await records.lookup(domain, 'MX');
  judgeSecurity(services, `MX of ${domain}`, found.dnssec);
  const names = found.records.flatMap(({ data }) => {
    const exchange: unknown =
      typeof data === 'object' && data !== null ? Reflect.get(data, 'exchange') : null;
    return typeof exchange === 'string' ? [exchange.toLowerCase()] : [];
  });
  if (names.some((name) => name === '' || name === '.'))
    return notApplicable(`${domain} takes no mail (RFC 7505).`, 'MX .');
  if (names.length > 0) return names;
  if (records.source === 'lab') return inconclusive('environment', `${domain} has no MX records.`);
  note(`${domain} has no MX records, so it is its own mail server (RFC 5321 §5.1)`);
  return [domain.toLowerCase()];
}

/** The strings of each TXT record of a name, joined. */
export async function textsAt({ records }: Services, name: string): Promise<readonly string[]> {
  const found = await records.lookup(name, 'TXT');
  return found.records.flatMap(({ type, data }) =>
    type === 'TXT' && Array.isArray(data) ? [data.map(String).join('')] : [],
  );
}
