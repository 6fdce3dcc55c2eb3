import type { PublishedAnswer, Services } from '../../harness/check/check.ts';

/** What all checks of published records have in common. */
export const PUBLICATION = {
  roles: ['mx'],
  per: 'target',
  needs: ['dns'],
  effect: 'reads',
  safety: 'safe',
  budget: '20s',
} as const;

/** What the lab says of a name. */
export type Published = PublishedAnswer;

/** The signatures of a record hold; better there are some. */
export function judgeSecurity({ verify }: Services, what: string, dnssec: Published['dnssec']): void {
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

/** Names of the MX hosts, in lower case. */
export async function namesOf(services: Services, domain: string): Promise<readonly string[]> {
  const { lab, inconclusive } = services;
  const found = await lab().dns.lookup(domain, 'MX');
  judgeSecurity(services, `MX of ${domain}`, found.dnssec);
  const names = found.records.flatMap(({ data }) => {
    const exchange: unknown =
      typeof data === 'object' && data !== null ? Reflect.get(data, 'exchange') : null;
    return typeof exchange === 'string' ? [exchange.toLowerCase()] : [];
  });
  if (names.length === 0) return inconclusive('environment', `${domain} has no MX records.`);
  return names;
}

/** The strings of each TXT record of a name, joined. */
export async function textsAt({ lab }: Services, name: string): Promise<readonly string[]> {
  const { records } = await lab().dns.lookup(name, 'TXT');
  return records.flatMap(({ type, data }) =>
    type === 'TXT' && Array.isArray(data) ? [data.map(String).join('')] : [],
  );
}
