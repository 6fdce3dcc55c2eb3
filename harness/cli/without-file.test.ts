import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { type DnsServer, startDnsServer } from '../net-mocks/dns/server.ts';
import { parseZone } from '../net-mocks/dns/zone.ts';
import { type ReferenceServer, startReference } from '../reference/server.ts';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';

let server: ReferenceServer;
let dns: DnsServer;
let resolver: string;
beforeAll(async () => {
  server = await startReference();
  dns = await startDnsServer({ address: '127.0.0.1', port: 0, tcp: true });
  resolver = `127.0.0.1:${dns.endpoint.port}`;
  const service = (name: string, port: number | undefined) => ({
    name: `${name}.example.test`,
    type: 'SRV',
    data: { priority: 0, weight: 1, port, target: 'mail.example.test' },
  });
  const { endpoints } = server.target;
  const records = [
    { name: 'example.test', type: 'MX', data: { preference: 0, exchange: '.' } },
    { name: 'mail.example.test', type: 'A', data: '127.0.0.1' },
    service('_submissions._tcp', endpoints.submissions?.port),
    service('_imaps._tcp', endpoints.imaps?.port),
  ];
  dns.zones.publish(parseZone({ origin: 'example.test', records }, 'zone'));
});
afterAll(async () => {
  await dns.close();
  await server.close();
});

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.remove());

const domain = () => ['--domain', 'example.test', '--resolver', resolver];

test('a domain is audited by what it publishes, and one check can be asked again without a file', async () => {
  const [account] = server.target.accounts;
  const logIn = ['--account', account?.address ?? '', '--password-env', 'AUDIT_PASSWORD'];
  const { stdout, stderr } = await cli.mailspecIn(
    { NO_COLOR: '1', AUDIT_PASSWORD: account?.password ?? '' },
    ...['audit', ...domain(), '--yes', ...logIn, '--only', 'ITLS-001', 'IMAP-001'],
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('example.test takes no mail and says so by a null MX record (RFC 7505).');
  expect(stdout).toContain('mail-example-test: mail.example.test, submissions');
  const { targets } = await cli.record();
  expect(targets).toMatchObject([
    {
      name: 'mail-example-test',
      driver: 'host',
      declaredAt: { file: '(command line)' },
      guest: { permissions: ['safe'], authority: null, contact: null },
    },
  ]);
  expect(targets[0]?.results.length).toBeGreaterThan(0);
  const [result] = targets[0]?.results ?? [];
  expect(result?.rerun).toContain(
    `audit mail-example-test --only ${result?.check} --domain example.test --resolver ${resolver} `,
  );
  expect(result?.rerun).toMatch(/ --yes( |$)/);
  expect(await readFile(join(cli.folder, 'mailspec-report', 'results.json'), 'utf8')).not.toContain(
    account?.password,
  );
});

test('what was found is found again by --rerun, and asked about again', async () => {
  const contact = ['--i-am-authorised-by', 'Jane Doe', '--contact', 'security@example.test'];
  const only = ['--only', 'ITLS-001', 'ITLS-005'];
  await cli.mailspec('audit', ...domain(), '--permit', 'sends-mail', ...contact, '--yes', ...only);
  const first = await cli.record();
  expect(first.foundBy).toEqual({ domain: 'example.test', resolver, permit: 'sends-mail' });
  const left = first.targets.flatMap(({ results }) =>
    results.filter(({ verdict }) => ['fail', 'inconclusive'].includes(verdict)),
  );
  expect(left.length).toBeGreaterThan(0);

  const silent = await cli.mailspec('audit', '--rerun', 'mailspec-report');
  expect(silent.stderr).toContain('--yes says it.');
  expect(silent.code).toBe(3);
  const again = await cli.mailspec('audit', '--rerun', 'mailspec-report', '--yes');
  expect(again.stderr).toBe('');
  expect(again.stdout).toContain(`left ${left.length} of`);
  const second: RunRecord = JSON.parse(
    await readFile(join(cli.folder, 'mailspec-rerun', 'results.json'), 'utf8'),
  );
  expect(second).toMatchObject({
    rerunOf: { runId: first.runId },
    foundBy: first.foundBy,
    expectedFrom: null,
    targets: [
      {
        name: 'mail-example-test',
        guest: {
          permissions: ['safe', 'sends-mail'],
          authority: 'Jane Doe',
          contact: 'security@example.test',
        },
      },
    ],
  });
});

test.each([
  [
    ['--host', '127.86.75.30'],
    'Before a server is audited that no targets file declares, somebody must say yes, and there is no terminal to ask on: --yes says it.',
  ],
  [
    ['--host', 'mail.example.org', '--yes', '--permit', 'sends-mail'],
    '(command line): The permission sends-mail for mail-example-org needs a word of who allowed it: --i-am-authorised-by TEXT, or "authority: TEXT" of the target.',
  ],
  [
    ['--host', '127.86.75.30', '--permit', 'everything'],
    '--permit takes safe, sends-mail, intrusive, not everything.',
  ],
  [['--host', '127.86.75.30', '--account', 'a@b.test'], '--account needs --password-env'],
  [['--yes'], '--yes goes with --host or --domain; of a declared target the targets file says it.'],
  [
    ['--host', 'a.test', '--domain', 'b.test'],
    "'--host <name-or-address>' cannot be used with option '--domain",
  ],
  [
    ['--host', '127.86.75.30', '--resolver', 'ns.test', '--yes'],
    '--resolver takes the address of a name server',
  ],
])('%j is a mistake of the command line', async (args, sentence) => {
  const { code, stdout, stderr } = await cli.mailspec('audit', ...args);
  expect(stderr).toContain(sentence);
  expect(stdout).toBe('');
  expect(code).toBe(3);
});

test('a host where nothing answers is undetermined', async () => {
  const { code, stdout } = await cli.mailspec('audit', '--host', '127.86.75.30', '--yes');
  expect(stdout).toContain('Nothing was found that could be audited.');
  expect(code).toBe(2);
  expect(existsSync(join(cli.folder, 'mailspec-report'))).toBe(false);
});

test('a domain that is not there is a mistake', async () => {
  const { code, stderr } = await cli.mailspec(
    ...['audit', '--domain', 'nobody.example.test', '--resolver', resolver, '--yes'],
  );
  expect(stderr).toBe('--domain nobody.example.test: There is no such domain in the DNS.\n');
  expect(code).toBe(3);
});

test('a declared host takes its statement from the command line', async () => {
  const { target } = server;
  await cli.targets(
    `version: 1\ntargets:\n  far:\n    driver: host\n    address: 192.0.2.25\n    mail-domain: example.test\n    roles: { mx: 25 }\n    permissions: [safe, intrusive]\n`,
  );
  const { code, stderr } = await cli.mailspec('audit', 'far');
  expect(stderr).toMatch(
    /^targets\.yaml:8:18: The permission intrusive for far needs a word of who allowed it: --i-am-authorised-by TEXT/,
  );
  expect(code).toBe(3);
  await writeFile(join(cli.folder, 'ca.pem'), target.trustAnchor ?? '');
  await cli.targets(
    `version: 1\ntargets:\n  near:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    roles: { mx: ${target.endpoints.mx?.port} }\n`,
  );
  await cli.mailspec('audit', 'near', '--i-am-authorised-by', 'Jane Doe', '--only', 'SMTP-001');
  expect((await cli.record()).targets[0]?.guest?.authority).toBe('Jane Doe');
});
