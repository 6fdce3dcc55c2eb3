import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { keptState } from '../cli/lab-state.ts';
import type { Account } from '../model/target.ts';
import type { FaultName } from '../reference/server.ts';
import { noOpenInternet, type OpenInternet, openInternet, type Program } from './testing/open-internet.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const SERVER = fileURLToPath(new URL('./testing/server-in-the-open.ts', import.meta.url));
const ZONE = 'probe.example.org';
const LAB = ['203.0.113.10', '198.51.100.10', '203.0.113.11'] as const;
const [SERVER_ADDRESS, RESOLVER, AUDITOR] = ['192.0.2.25', '192.0.2.53', '192.0.2.200'];
const CONTROL = `${LAB[0]}:8443`;

/** Of each kind one: what only a lab sees, by names, by mail, from addresses, by a man in the middle. */
const CODES = [
  ...['RLY-001', 'RLY-013', 'SPF-002', 'SPF-003', 'SPF-009', 'SPF-014', 'SPF-021', 'DKIM-001', 'DKIM-003'],
  ...['DKIM-017', 'STLS-019', 'STLS-020', 'STLS-022', 'SUB-014', 'SMTP-033', 'MSG-023', 'TPOL-002'],
];

interface ServerFacts {
  readonly domain: string;
  readonly hostname: string;
  readonly endpoints: Readonly<Record<string, { readonly port: number }>>;
  readonly accounts: readonly Account[];
  readonly trustAnchor: string;
  readonly rootAnchor: string;
}

/** Server, lab and auditor on machines of their own; what the audit of the server as a host says. */
async function audit(internet: OpenInternet, faults: readonly FaultName[]): Promise<RunRecord> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-open-internet-'));
  try {
    const { authority } = await keptState(join(folder, 'lab'), ZONE, LAB[0]);
    const surroundings = {
      zone: ZONE,
      address: SERVER_ADDRESS,
      resolver: RESOLVER,
      lab: { dns: LAB[0], dnsPort: 53, smtpPort: 25, webPort: 443 },
      authority: authority.certificate,
      faults,
    };
    const server = internet.start('server', [process.execPath, SERVER, JSON.stringify(surroundings)]);
    const { resolver }: { resolver: { port: number } } = JSON.parse(await server.line());
    const facts: ServerFacts = JSON.parse(await server.line());
    const ports = Object.values(facts.endpoints).map(({ port }) => String(port));
    const lab = internet.start(
      'lab',
      [
        ...[process.execPath, CLI, 'lab', 'serve', '--zone', ZONE, '--address', ...LAB],
        ...['--ns', `ns.${ZONE}`, '--control', CONTROL, '--token', 'env:LAB_TOKEN'],
        ...['--state', join(folder, 'lab'), '--target-port', ...ports],
      ],
      { LAB_TOKEN: 'the-token-of-the-operator' },
    );
    const told = await linesUntil(lab, 'Ctrl-C ends it.');
    server.child.stdin?.write(`${told.find((line) => line.includes(' IN DS ')) ?? ''}\n`);
    expect(JSON.parse(await server.line())).toEqual({ delegated: ZONE });

    const declared = told.find((line) => line.includes('lab: {'))?.replace('env:…', 'env:LAB_TOKEN') ?? '';
    await writeFile(join(folder, 'ca.pem'), facts.trustAnchor);
    await writeFile(
      join(folder, 'targets.yaml'),
      targetsFile(facts, declared.replace(' }', ', trusted: true }'), resolver.port),
    );
    const passwords = facts.accounts.map(({ password }, index) => [`PASSWORD_${index}`, password]);
    const auditor = internet.start(
      'auditor',
      [
        ...['sh', '-c', 'cd "$0" && exec "$@"', folder],
        ...[process.execPath, CLI, 'audit', 'live', '--only', ...CODES],
      ],
      { LAB_TOKEN: 'the-token-of-the-operator', ...Object.fromEntries(passwords) },
    );
    const said = await auditor.ended();
    lab.child.kill('SIGTERM');
    server.child.stdin?.end();
    await Promise.all([lab.ended(), server.ended()]);
    const results = await readFile(join(folder, 'mailspec-report', 'results.json'), 'utf8').catch(() => said);
    return JSON.parse(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function linesUntil(program: Program, last: string): Promise<string[]> {
  const lines: string[] = [];
  while (lines.at(-1) !== last) lines.push(await program.line());
  return lines;
}

function targetsFile(facts: ServerFacts, lab: string, resolverPort: number): string {
  const roles = Object.entries(facts.endpoints).map(([role, { port }]) => `${role}: ${port}`);
  const accounts = facts.accounts.map(
    ({ address, login }, index) =>
      `      - { address: ${address}, login: ${login}, password: env:PASSWORD_${index}, disposable: true, allow-cleartext-secret: true }`,
  );
  return `version: 1
targets:
  live:
    driver: host
    address: ${SERVER_ADDRESS}
    mail-domain: ${facts.domain}
    host-name: ${facts.hostname}
    trust-anchor: { file: ca.pem }
    roles: { ${roles.join(', ')} }
    accounts:
${accounts.join('\n')}
    connections: 16
    pace: 0
    permissions: [safe, sends-mail, intrusive]
    authority: a test
    contact: test@example.org
    timing: { reply: 5s, quiet: 150ms, slack: 60s, outbound: 5s, login-effect: [20ms] }
    claims: { outgoing-policies: { dane: true, mta-sts: true } }
    dns: { address: ${RESOLVER}, port: ${resolverPort}, root-anchors: ["${facts.rootAnchor}"] }
  ${lab}
`;
}

const missing = await noOpenInternet();

test.skipIf(missing !== null)(
  `on an Internet of namespaces a server is told as in its own lab${missing === null ? '' : ` (not made: ${missing})`}`,
  async () => {
    const internet = await openInternet({ lab: LAB, server: [SERVER_ADDRESS, RESOLVER], auditor: [AUDITOR] });
    try {
      const verdicts = (record: RunRecord) => {
        const [target] = record.targets;
        expect(target?.failure).toBeNull();
        return Object.fromEntries(target?.results.map(({ check, verdict }) => [check, verdict]) ?? []);
      };
      expect(verdicts(await audit(internet, []))).toEqual(
        Object.fromEntries(CODES.map((code) => [code, 'pass'])),
      );
      expect(verdicts(await audit(internet, ['mx-relays-for-everybody']))).toMatchObject({
        'RLY-001': 'fail',
        'SPF-002': 'pass',
      });
    } finally {
      await internet.close();
    }
  },
);
