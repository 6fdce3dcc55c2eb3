import { check, type Services } from '../../harness/check/check.ts';
import { type Chain, chainsOf } from './chains.ts';
import { judgeSecurity, namesOf, PUBLICATION, requirePublication } from './published.ts';
import { isUsable, nameOf, objectionTo, readTlsa, type TlsaRecord } from './tlsa.ts';

/** Seconds. */
const DAY = 86_400;

export const publishedKeysMatch = check(
  {
    ...PUBLICATION,
    id: 'TPOL-019',
    slug: 'published-keys-match',
    title: 'Publication: signed MX, address and TLSA records match the certificate the target presents',
    sends:
      'lookups of MX, A and TLSA of the target; STARTTLS with and without server name, for RSA and ECDSA',
    demands: 'secure TLSA records on every MX host, one of which matches what each client is shown',
    level: 'policy',
    severity: 'medium',
    clauses: [
      'rfc7672#2.2',
      'rfc7672#3.1.3',
      'rfc7672#8.1',
      'rfc7672#3.1.2',
      'rfc7672#3.2.3',
      'rfc7672#9.2',
      'bsi-tr-03108#4.1.5',
    ],
    limits: [
      'Of several MX hosts the one that is under audit is connected to.',
      'Whether the DNS vouches for a record is told by the lab, which holds the zones, or by the resolver that the target declares and what it sends of DNSSEC.',
    ],
    upholds: ['published-policies'],
    kills: ['tlsa-of-previous-certificate', 'tlsa-absent'],
  },
  async (services) => {
    const { records: published, target, verify, note } = services;
    const domain = requirePublication(services);
    const exchangers = await namesOf(services, domain);
    for (const host of exchangers) {
      const address = await published.lookup(host, 'A');
      const found = await published.lookup(`_25._tcp.${host}`, 'TLSA');
      for (const [what, { dnssec }] of [
        [`the address of ${host}`, address],
        [`TLSA of ${host}`, found],
      ] as const) {
        judgeSecurity(services, what, dnssec);
      }
      const records = found.records.flatMap(readTlsa);
      verify.ideally.that(records.length > 0, {
        demand: `TLSA records are published for ${host}`,
        expected: 'TLSA records',
        actual: `${records.length} records`,
      });
      if (records.length === 0) continue;
      verify.ideally.that(records.some(isUsable), {
        demand: 'a record is one that clients use for mail',
        expected: 'usage 2 or 3 (RFC 7672 §3.1.3)',
        actual: records.map(nameOf).join(', '),
      });
      verify.ideally.that(
        records.every(({ ttl }) => ttl <= DAY),
        {
          demand: 'records can be changed within a day',
          expected: `TTL up to ${DAY}`,
          actual: records.map(({ ttl }) => `TTL ${ttl}`).join(', '),
        },
      );
      if (host !== target.hostname.toLowerCase()) note(`${host} is not the host under audit.`);
      else judgeChains(services, [host, domain], records, await chainsOf(services));
    }
  },
);

/** Each chain satisfies a record that clients use; where there is none, they take any certificate (RFC 7672 §2.2). */
function judgeChains(
  { verify, certificates }: Services,
  names: readonly [host: string, domain: string],
  records: readonly TlsaRecord[],
  chains: readonly Chain[],
): void {
  const [host] = names;
  verify.that(chains.length > 0, {
    demand: `${host}, which has TLSA records, offers TLS`,
    expected: 'STARTTLS',
    actual: chains.length > 0 ? 'STARTTLS' : 'no STARTTLS',
  });
  const usable = records.filter(isUsable);
  if (usable.length === 0) return;
  for (const { hello, sent } of chains) {
    const outcomes = usable.map((record) => ({
      record,
      objection: objectionTo({ certificates }, record, { names, sent }),
    }));
    const matching = outcomes.find(({ objection }) => objection === null);
    verify.that(matching !== undefined, {
      demand: `what ${host} shows to a client ${hello} matches a TLSA record`,
      expected: usable.map(nameOf).join(' or '),
      actual: matching
        ? nameOf(matching.record)
        : outcomes.map(({ record, objection }) => `${nameOf(record)}: ${objection}`).join('; '),
    });
  }
}
