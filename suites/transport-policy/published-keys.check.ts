import { createHash, X509Certificate } from 'node:crypto';
import { check, type Services } from '../../harness/check/check.ts';
import { type Chain, chainsOf } from './chains.ts';
import { judgeSecurity, namesOf, PUBLICATION, type Published, requirePublication } from './published.ts';

/** Seconds. */
const DAY = 86_400;

interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificate: Buffer;
  /** Seconds. */
  readonly ttl: number;
}

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
    clauses: ['rfc7672#2.2', 'rfc7672#3.1', 'rfc7672#8.1', 'bsi-tr-03108#4.1.5'],
    limits: [
      'Of several MX hosts the one that is under audit is connected to.',
      'Whether the DNS vouches for a record is told by the lab, which holds the zones.',
    ],
    kills: ['tlsa-of-previous-certificate', 'tlsa-absent'],
  },
  async (services) => {
    const { lab, target, verify, note } = services;
    const domain = requirePublication(services);
    const exchangers = await namesOf(services, domain);
    for (const host of exchangers) {
      const address = await lab().dns.lookup(host, 'A');
      const found = await lab().dns.lookup(`_25._tcp.${host}`, 'TLSA');
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
      verify.ideally.that(
        records.some(({ usage }) => usage === 2 || usage === 3),
        {
          demand: 'a record has a usage that is meant for mail',
          expected: 'usage 2 or 3',
          actual: records.map(({ usage }) => `usage ${usage}`).join(', '),
        },
      );
      verify.ideally.that(
        records.every(({ ttl }) => ttl <= DAY),
        {
          demand: 'records can be changed within a day',
          expected: `TTL up to ${DAY}`,
          actual: records.map(({ ttl }) => `TTL ${ttl}`).join(', '),
        },
      );
      if (host !== target.hostname.toLowerCase()) note(`${host} is not the host under audit.`);
      else judgeChains(services, host, records, await chainsOf(services));
    }
  },
);

/** Each chain satisfies a record; a record for an authority that is not sent is no use (RFC 7672 §3.1.2). */
function judgeChains(
  { verify }: Services,
  host: string,
  records: readonly TlsaRecord[],
  chains: readonly Chain[],
): void {
  verify.that(chains.length > 0, {
    demand: `${host}, which has TLSA records, offers TLS`,
    expected: 'STARTTLS',
    actual: chains.length > 0 ? 'STARTTLS' : 'no STARTTLS',
  });
  for (const { hello, sent } of chains) {
    const matching = records.filter((record) => matches(record, sent));
    verify.that(matching.length > 0, {
      demand: `what ${host} shows to a client ${hello} matches a TLSA record`,
      expected: records.map(nameOf).join(' or '),
      actual: matching.length > 0 ? nameOf(matching[0] ?? records[0]) : 'no record matches',
    });
  }
}

function matches(
  { usage, selector, matchingType, certificate }: TlsaRecord,
  sent: readonly Buffer[],
): boolean {
  const candidates = usage === 3 || usage === 1 ? sent.slice(0, 1) : sent;
  return candidates.some((der) => {
    const selected =
      selector === 0 ? der : new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
    if (matchingType === 0) return selected.equals(certificate);
    const algorithm = matchingType === 1 ? 'sha256' : 'sha512';
    return createHash(algorithm).update(selected).digest().equals(certificate);
  });
}

function nameOf(record: TlsaRecord | undefined): string {
  return record ? `TLSA ${record.usage} ${record.selector} ${record.matchingType}` : 'none';
}

function readTlsa({ data, ttl }: Published['records'][number]): readonly TlsaRecord[] {
  if (typeof data !== 'object' || data === null) return [];
  const number = (name: string) => Number(Reflect.get(data, name));
  const certificate: unknown = Reflect.get(data, 'certificate');
  if (!(certificate instanceof Uint8Array)) return [];
  const [usage, selector, matchingType] = [number('usage'), number('selector'), number('matchingType')];
  return [{ usage, selector, matchingType, certificate: Buffer.from(certificate), ttl }];
}
