import { check, type Role, type Services, TlsFailed } from '../../harness/check/check.ts';
import { ACCESS_ROLES } from './tls-door.ts';

/** What mail programs look for, by the service that begins inside TLS and the one that is upgraded. */
const SERVICES = [
  { implicit: 'submissions', upgrade: 'submission' },
  { implicit: 'imaps', upgrade: 'imap' },
  { implicit: 'pop3s', upgrade: 'pop3' },
] as const;

interface Published {
  readonly role: Role;
  /** Lower numbers come first (RFC 2782). */
  readonly priority: number;
  readonly port: number;
  readonly host: string;
}

export const clientRecordsPreferTls = check(
  {
    id: 'ITLS-017',
    slug: 'client-records-prefer-tls',
    title: 'Client configuration records prefer implicit TLS (SRV, autoconfig, autodiscover)',
    sends: 'queries for the SRV records of submission, IMAP and POP3, each with and without TLS',
    demands: 'services inside TLS are published and preferred, on hosts that their certificates name',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc8314#4.5.2', 'rfc8314#5.1', 'rfc8314#4', 'rfc8314#4.4', 'rfc6186#3', 'bsi-tr-03108#4.1.1'],
    roles: ACCESS_ROLES,
    per: 'target',
    needs: ['records'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    limits: ['SRV records are read; autoconfig and autodiscover documents are not.'],
    upholds: ['client-records'],
    kills: [
      'client-records-name-cleartext-only',
      'client-records-prefer-upgrade',
      'client-records-absent',
      'client-records-name-unnamed-host',
    ],
  },
  async (services) => {
    const { target, verify, notApplicable } = services;
    const domain = target.claims.clientRecords;
    if (!domain)
      return notApplicable('No domain is declared whose records tell mail programs where to go.', 'no claim');
    const published: Published[] = [];
    for (const { implicit, upgrade } of SERVICES) {
      published.push(
        ...(await recordsOf(services, domain, implicit)),
        ...(await recordsOf(services, domain, upgrade)),
      );
    }
    const summary =
      published
        .map(({ role, priority, port, host }) => `_${role}._tcp ${priority} ${host}:${port}`)
        .join(', ') || 'no record';
    const some = verify.ideally.that(published.length > 0, {
      demand: 'mail programs find their servers by SRV records',
      expected: 'records of services inside TLS',
      actual: summary,
    });
    if (!some) return;
    verify.that(
      published.some(({ role }) => SERVICES.some(({ implicit }) => implicit === role)),
      {
        demand: 'services inside TLS are published',
        expected: SERVICES.map(({ implicit }) => implicit).join(' '),
        actual: summary,
      },
    );
    for (const { implicit, upgrade } of SERVICES) {
      const best = (role: Role) =>
        Math.min(...published.filter((one) => one.role === role).map(({ priority }) => priority));
      if (best(upgrade) === Number.POSITIVE_INFINITY) continue;
      verify.ideally.that(best(implicit) <= best(upgrade), {
        demand: `${implicit} is preferred to ${upgrade}`,
        expected: 'a priority that is as good or better',
        actual: summary,
      });
    }
    for (const one of published) {
      if (one.role in target.endpoints && SERVICES.some(({ implicit }) => implicit === one.role))
        await judgeName(services, one);
    }
  },
);

/** Records of one service; a target of `.` says that it is not offered (RFC 2782). */
async function recordsOf(
  { records: published, inconclusive }: Services,
  domain: string,
  role: Role,
): Promise<readonly Published[]> {
  const name = `_${role}._tcp.${domain}`;
  const { rcode, records } = await published.lookup(name, 'SRV');
  if (rcode === 'SERVFAIL') inconclusive('environment', `The DNS of ${name} does not answer.`);
  return records.flatMap(({ data }) => {
    if (typeof data !== 'object' || data === null) return [];
    const { priority, port, target: host } = data as Readonly<Record<string, unknown>>;
    if (typeof port !== 'number' || typeof host !== 'string' || host === '.' || host === '') return [];
    return [{ role, priority: typeof priority === 'number' ? priority : 0, port, host }];
  });
}

/** The certificate behind a record names the host of the record (RFC 6186 §6). */
async function judgeName(services: Services, { role, host }: Published): Promise<void> {
  const { connect, certificates, verify, note } = services;
  const connection = await connect({ role });
  try {
    await connection.startTls({ serverName: host });
  } catch (failure) {
    if (!(failure instanceof TlsFailed)) throw failure;
    note(`${role} cannot be compared with its record: ${failure.message}`);
    return;
  } finally {
    if (!connection.session) connection.close();
  }
  const [der] = connection.session?.peerCertificates ?? [];
  connection.close();
  if (!der) return;
  const { dnsNames } = certificates.readCertificate(der);
  verify.ideally.that(
    dnsNames.some((name) => certificates.matchesHostName(name, host)),
    {
      demand: `the certificate of ${role} names the host of its record`,
      expected: host,
      actual: dnsNames.join(' ') || 'no dNSName',
    },
  );
}
