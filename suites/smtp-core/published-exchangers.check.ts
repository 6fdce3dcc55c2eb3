import { check, type PublishedEntry, type Services } from '../../harness/check/check.ts';
import { reversedAddress } from '../../harness/steps/reversed-address.ts';

export const publishedExchangersAreHosts = check(
  {
    id: 'SMTP-034',
    slug: 'published-exchangers-are-hosts',
    title: 'The MX records of the domain name hosts that have addresses, and no aliases',
    sends:
      'queries for the MX records of the mail domain, and for the addresses of every host that they name',
    demands:
      'host names with A or AAAA records of their own, neither aliases nor addresses; better, the addresses of the server have a name that leads back to them',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc2181#10.3', 'rfc5321#5.1', 'rfc7505#3'],
    roles: ['mx'],
    per: 'target',
    needs: ['records'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    limits: [
      'No host but the one under audit is connected to.',
      'Names of addresses are looked at where no lab publishes them.',
    ],
    upholds: ['published-policies'],
    kills: ['mx-record-names-alias', 'mx-record-names-nothing'],
  },
  async (services) => {
    const { target, verify, records, note, notApplicable } = services;
    const domain = target.claims.publishedPolicies;
    if (domain === undefined)
      return notApplicable(
        'No domain is declared whose records tell senders where to go.',
        'published-policies is not claimed',
      );
    const { records: found } = await records.lookup(domain, 'MX');
    const exchangers = found.flatMap(exchangerOf);
    const named = exchangers.filter((name) => name !== '');
    if (exchangers.length > named.length) {
      if (named.length === 0) return notApplicable(`${domain} takes no mail (RFC 7505).`, 'MX .');
      verify.missed(`${domain} either takes no mail or names hosts that do`, {
        expected: 'MX . alone, or host names (RFC 7505 §3)',
        actual: exchangers.map((name) => name || '.').join(', '),
      });
    }
    verify.ideally.that(exchangers.length > 0, {
      demand: `${domain} names its mail servers`,
      expected: 'MX records',
      actual: exchangers.join(', ') || 'no MX record',
    });
    if (exchangers.length === 0) note(`${domain} is its own mail server (RFC 5321 §5.1)`);
    for (const host of new Set(exchangers.length > 0 ? named : [domain])) await judgeHost(services, host);
  },
);

async function judgeHost(services: Services, host: string): Promise<void> {
  const { verify, target, records } = services;
  const isName = verify.that(!/^\[.*\]$|^[\d.]+$|:/.test(host), {
    demand: `${host} is a host name`,
    expected: 'a name, no address (RFC 5321 §5.1)',
    actual: host,
  });
  if (!isName) return;
  const found = [await records.lookup(host, 'A'), await records.lookup(host, 'AAAA')];
  const aliases = found.flatMap((one) => one.records.filter(({ type }) => type === 'CNAME'));
  verify.that(aliases.length === 0, {
    demand: `${host} is no alias`,
    expected: 'no CNAME record (RFC 2181 §10.3)',
    actual: aliases.map(({ name, data }) => `${name} CNAME ${data}`).join(', ') || 'no CNAME record',
  });
  const addresses = found.flatMap((one) => one.records.flatMap(addressOf));
  verify.that(addresses.length > 0, {
    demand: `${host} has an address`,
    expected: 'A or AAAA records',
    actual: addresses.join(', ') || found.map(({ rcode }) => rcode).join(', '),
  });
  // In a lab the names of addresses are the work of the lab.
  if (records.source !== 'public' || host !== target.hostname.toLowerCase()) return;
  for (const address of addresses) await judgeNameOf(services, address);
}

/** Receivers distrust a server whose address has no name that leads back (RFC 1912 §2.1). */
async function judgeNameOf({ verify, records }: Services, address: string): Promise<void> {
  const type = address.includes(':') ? 'AAAA' : 'A';
  const reverse = await records.lookup(reverseName(address), 'PTR');
  const names = reverse.records.flatMap((one) => (one.type === 'PTR' ? [String(one.data)] : []));
  const confirmed: string[] = [];
  for (const name of names.slice(0, MOST_NAMES)) {
    const back = await records.lookup(name, type);
    if (back.records.flatMap(addressOf).includes(address)) confirmed.push(name);
  }
  verify.ideally.that(confirmed.length > 0, {
    demand: `${address} has a name that leads back to it`,
    expected: `a PTR record, and ${type} of that name`,
    actual: confirmed[0] ?? (names.length > 0 ? `${names.join(', ')}, not at ${address}` : 'no PTR record'),
  });
}

/** As many as receivers look at (RFC 7208 §4.6.4). */
const MOST_NAMES = 10;

/** In lower case, without a dot at the end; empty for the root, which says that no mail is taken (RFC 7505 §3). */
function exchangerOf({ type, data }: PublishedEntry): readonly string[] {
  if (type !== 'MX' || typeof data !== 'object' || data === null || !('exchange' in data)) return [];
  return [String(data.exchange).toLowerCase().replace(/\.$/, '')];
}

function addressOf({ type, data }: PublishedEntry): readonly string[] {
  return (type === 'A' || type === 'AAAA') && typeof data === 'string' ? [data.toLowerCase()] : [];
}

/** RFC 1035 §3.5, RFC 3596 §2.5. */
function reverseName(address: string): string {
  return `${reversedAddress(address)}.${address.includes(':') ? 'ip6' : 'in-addr'}.arpa`;
}
