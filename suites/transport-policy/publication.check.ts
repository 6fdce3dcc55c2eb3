import { createHash, X509Certificate } from 'node:crypto';
import { check } from '../../harness/check/define.ts';
import type { Services } from '../../harness/check/services.ts';
import { type Chain, chainsOf } from './chains.ts';

/** Seconds. */
const DAY = 86_400;
const WEEK = 7 * DAY;

const PUBLICATION = {
  roles: ['mx'],
  per: 'target',
  needs: ['dns'],
  effect: 'reads',
  safety: 'safe',
  budget: '20s',
} as const;

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

type Published = Awaited<ReturnType<ReturnType<Services['lab']>['dns']['lookup']>>;

function readTlsa({ data, ttl }: Published['records'][number]): readonly TlsaRecord[] {
  if (typeof data !== 'object' || data === null) return [];
  const number = (name: string) => Number(Reflect.get(data, name));
  const certificate: unknown = Reflect.get(data, 'certificate');
  if (!(certificate instanceof Uint8Array)) return [];
  const [usage, selector, matchingType] = [number('usage'), number('selector'), number('matchingType')];
  return [{ usage, selector, matchingType, certificate: Buffer.from(certificate), ttl }];
}

function judgeSecurity({ verify }: Services, what: string, dnssec: Published['dnssec']): void {
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

function requirePublication({ target, notApplicable }: Services): string {
  const domain = target.claims.publishedPolicies;
  if (domain !== undefined) return domain;
  return notApplicable(
    'No domain is declared whose records tell senders what the target promises.',
    'published-policies is not claimed',
  );
}

/** Names of the MX hosts, in lower case. */
async function namesOf(services: Services, domain: string): Promise<readonly string[]> {
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

export const publishedPolicyIsValid = check(
  {
    ...PUBLICATION,
    id: 'TPOL-020',
    slug: 'published-policy-is-valid',
    title: 'Publication: MTA-STS policy and TLSRPT record of the target are valid',
    sends: 'lookups of _mta-sts and _smtp._tls of the target; GET of its policy; STARTTLS to its MX',
    demands: 'a valid enforced policy that every MX host satisfies, and a valid address for TLS reports',
    level: 'policy',
    severity: 'low',
    clauses: ['rfc8461#3.1', 'rfc8461#3.2', 'rfc8461#3.3', 'rfc8460#3', 'bsi-tr-03108#4.1.7'],
    limits: [
      'Of several MX hosts the one that is under audit is connected to.',
      'No report is sent to the address for TLS reports.',
    ],
    kills: ['published-policy-names-old-mx', 'tls-report-record-malformed'],
  },
  async (services) => {
    const { variant } = services;
    const domain = requirePublication(services);
    await variant('MTA-STS', (verify) => judgePolicy({ ...services, verify }, domain));
    await variant('TLSRPT', (verify) => judgeReportRecord({ ...services, verify }, domain));
  },
);

async function judgePolicy(services: Services, domain: string): Promise<void> {
  const { lab, verify, target, certificates } = services;
  const texts = await textsAt(services, `_mta-sts.${domain}`);
  const records = texts.filter((text) => /^v=STSv1[ \t]*;/.test(text));
  verify.ideally.that(texts.length > 0, {
    demand: 'a policy is published',
    expected: 'TXT at _mta-sts',
    actual: texts.join(' / ') || 'no record',
  });
  if (texts.length === 0) return;
  verify.that(records.length === 1 && /;[ \t]*id=[A-Za-z0-9]{1,32}[ \t]*(;|$)/.test(records[0] ?? ''), {
    demand: 'there is one valid record of a policy',
    expected: 'v=STSv1; id=…;',
    actual: texts.join(' / '),
  });
  const host = `mta-sts.${domain}`;
  const {
    status,
    headers,
    body,
    certificates: sent,
    failure,
  } = await lab().web.fetch(host, '/.well-known/mta-sts.txt');
  verify.that(status === 200, {
    demand: 'the policy host answers with the policy',
    expected: 'status 200',
    actual: failure ?? `status ${status}`,
  });
  if (status !== 200) return;
  const { certificate: authority } = await lab().certificates.authority();
  const problem = certificateProblem(services, sent, certificates.trustAnchors(authority), host);
  verify.that(problem === undefined, {
    demand: 'the certificate of the policy host is good for its name',
    expected: `a trusted certificate for ${host}`,
    actual: problem ?? 'a trusted certificate',
  });
  verify.ideally.that(/^text\/plain\b/i.test(headers['content-type'] ?? ''), {
    demand: 'the policy is plain text',
    expected: 'text/plain',
    actual: headers['content-type'] ?? 'no media type',
  });
  const text = body.toString('latin1');
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'm').exec(text)?.[1];
  const mode = field('mode') ?? '';
  const patterns = [...text.matchAll(/^mx:[ \t]*(\S+)/gm)].map(([, pattern = '']) => pattern.toLowerCase());
  const maxAge = Number(field('max_age'));
  verify.that(
    field('version') === 'STSv1' &&
      ['enforce', 'testing', 'none'].includes(mode) &&
      Number.isInteger(maxAge) &&
      (mode === 'none' || patterns.length > 0),
    { demand: 'the policy is valid', expected: 'version, mode, mx and max_age', actual: body },
  );
  verify.ideally.that(mode === 'enforce', {
    demand: 'the policy is enforced',
    expected: 'mode: enforce',
    actual: `mode: ${mode}`,
  });
  verify.ideally.that(maxAge >= WEEK, {
    demand: 'the policy lasts a week or longer',
    expected: `max_age: ${WEEK}`,
    actual: `max_age: ${maxAge}`,
  });
  for (const name of await namesOf(services, domain)) {
    const covered = patterns.some((pattern) => certificates.matchesHostName(pattern, name));
    verify.that(covered || mode !== 'enforce', {
      demand: `the policy covers ${name}`,
      expected: 'a pattern for every MX host',
      actual: patterns.join(', '),
    });
    if (name !== target.hostname.toLowerCase()) continue;
    const [chain] = await chainsOf(services);
    const wrong = chain
      ? certificateProblem(services, chain.sent, certificates.trustAnchors(target.trustAnchor), name)
      : 'no STARTTLS';
    verify.that(wrong === undefined || mode !== 'enforce', {
      demand: `${name} shows a certificate that the policy demands`,
      expected: `a trusted certificate for ${name}`,
      actual: wrong ?? 'a trusted certificate',
    });
  }
}

/** Why a chain is not good for a name; undefined when it is (RFC 8461 §4.2). */
function certificateProblem(
  { certificates }: Services,
  sent: readonly Buffer[],
  anchors: readonly Buffer[],
  name: string,
): string | undefined {
  const [leaf] = sent;
  if (!leaf) return 'no certificate';
  const { dnsNames, notBefore, notAfter } = certificates.readCertificate(leaf);
  const now = new Date();
  if (now < notBefore || now > notAfter) return 'outside its validity period';
  if (!dnsNames.some((presented) => certificates.matchesHostName(presented, name))) {
    return `for ${dnsNames.join(', ') || 'no name'}`;
  }
  const path = certificates.trustPath(sent, anchors);
  return path.trusted ? undefined : path.text;
}

async function judgeReportRecord(services: Services, domain: string): Promise<void> {
  const { verify } = services;
  const texts = await textsAt(services, `_smtp._tls.${domain}`);
  verify.ideally.that(texts.length > 0, {
    demand: 'an address for TLS reports is published',
    expected: 'TXT at _smtp._tls',
    actual: texts.join(' / ') || 'no record',
  });
  if (texts.length === 0) return;
  const records = texts.filter((text) => /^v=TLSRPTv1[ \t]*;/.test(text));
  const [, addresses = ''] = /;[ \t]*rua=([^;]*)/.exec(records[0] ?? '') ?? [];
  const uris = addresses.split(',').map((uri) => uri.trim());
  verify.that(
    records.length === 1 && uris.every((uri) => /^(mailto:[^@\s]+@\S+|https:\/\/\S+)$/i.test(uri)),
    {
      demand: 'there is one valid record for TLS reports',
      expected: 'v=TLSRPTv1; rua=mailto:…',
      actual: texts.join(' / '),
    },
  );
  // BSI TR-03108 §4.1.10.
  verify.ideally.that(
    uris.every((uri) => !/^https:/i.test(uri)),
    { demand: 'reports are asked for by mail', expected: 'rua=mailto:…', actual: addresses },
  );
}

/** The strings of each TXT record of a name, joined. */
async function textsAt({ lab }: Services, name: string): Promise<readonly string[]> {
  const { records } = await lab().dns.lookup(name, 'TXT');
  return records.flatMap(({ type, data }) =>
    type === 'TXT' && Array.isArray(data) ? [data.map(String).join('')] : [],
  );
}
