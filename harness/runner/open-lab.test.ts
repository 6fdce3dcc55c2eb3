import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectLab, type KeyPair, newControlCertificate, type OpenLab, startOpenLab } from 'net-mocks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { type ResolverBetween, startResolverBetween } from '../lab/testing/resolver-between.ts';
import { type ReferenceInLab, startReferenceInLab } from '../reference/in-lab/reference-lab.ts';

// The server runs in this process, with an Internet of its own; the audit, in another one, knows it as a host.

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const ZONE = 'probe.example.org';
const TOKEN = 'the-token-of-the-operator';

let folder = '';
let certificate: KeyPair;
let open: OpenLab;
let resolver: ResolverBetween;
let reference: ReferenceInLab;
let dns = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-open-lab-'));
  certificate = await newControlCertificate(['lab.example.org']);
});
afterAll(async () => {
  await reference.close();
  await resolver.close();
  await open.close();
  await rm(folder, { recursive: true, force: true });
});

beforeAll(async () => {
  reference = await startReferenceInLab({}, async (lab) => {
    const host = lab.resolver.host;
    const [first, second, third] = host.split('.').map(Number);
    const at = (last: number) => `${first}.${(second ?? 0) + 2}.${third}.${last}`;
    open = await startOpenLab({
      zone: ZONE,
      nameServers: [`ns.${ZONE}`],
      addresses: Array.from({ length: 40 }, (_, index) => at(10 + index)),
      control: { address: at(10), port: 0 },
      token: TOKEN,
      certificate,
      ports: { dns: 0, smtp: 0, web: 0 },
      targetPorts: Array.from({ length: 64_511 }, (_, index) => 1_025 + index),
      allow: ['127.0.0.0/8'],
    });
    resolver = await startResolverBetween(
      host.replace(/\d+$/, '54'),
      ZONE,
      { host: open.dns.address, port: open.dns.port },
      lab.resolver,
    );
    return {
      resolver: resolver.endpoint,
      mxPort: open.smtp.port,
      web: { port: open.web.port, authority: await open.authority() },
    };
  });
  await delegate();
  await writeFile(join(folder, 'ca.pem'), reference.server.target.trustAnchor ?? '');
});

/** The zone above has the DS record, and is signed. */
async function delegate(): Promise<void> {
  const { control } = reference.access;
  const mocks = connectLab(control.url, control);
  const [, tag = '0', digest = ''] = /DS (\d+) 13 2 ([0-9a-f]+)$/.exec(open.ds) ?? [];
  const head = Buffer.from([Number(tag) >> 8, Number(tag) & 0xff, 13, 2]);
  await mocks.dns.publish({
    zones: [
      {
        origin: 'org',
        dnssec: {},
        records: [{ name: ZONE, type: 'DS', raw: { hex: `${head.toString('hex')}${digest}` } }],
      },
    ],
  });
  const { ds } = await mocks.dns.trustAnchor();
  const { web } = await mocks.endpoints();
  await writeFile(join(folder, 'policies.pem'), (await mocks.certificates.authority()).certificate);
  dns = `{ address: ${resolver.endpoint.host}, port: ${resolver.endpoint.port}, root-anchors: ["${ds.replace('. IN DS ', '')}"], policy-hosts: { port: ${web.port}, trust-anchor: { file: policies.pem } } }`;
  await mocks.close();
}

async function audit(...only: string[]): Promise<RunRecord> {
  const { endpoints, accounts, domain, hostname } = reference.server.target;
  const roles = Object.entries(endpoints).map(([role, endpoint]) => `${role}: ${endpoint?.port}`);
  const { fingerprint256 } = new X509Certificate(certificate.chain);
  const declared = accounts.map(
    ({ address, login }, index) =>
      `      - { address: ${address}, login: ${login}, password: env:PASSWORD_${index}, disposable: true, allow-cleartext-secret: true }\n`,
  );
  await writeFile(
    join(folder, 'targets.yaml'),
    `version: 1
targets:
  live:
    driver: host
    address: ${endpoints.mx?.host}
    mail-domain: ${domain}
    host-name: ${hostname}
    trust-anchor: { file: ca.pem }
    roles: { ${roles.join(', ')} }
    accounts:
${declared.join('')}    connections: 16
    permissions: [safe, sends-mail, intrusive]
    timing: { reply: 5s, quiet: 150ms, slack: 60s, outbound: 5s, login-effect: [20ms] }
    claims: { outgoing-policies: { dane: true, mta-sts: true, tls-reports: 1s } }
    dns: ${dns}
    lab: { url: "https://${open.control.address}:${open.control.port}", token: env:LAB_TOKEN, fingerprint: "${fingerprint256}", trusted: true }
`,
  );
  const passwords = accounts.map(({ password }, index) => [`PASSWORD_${index}`, password]);
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [CLI, 'audit', 'live', ...(only.length > 0 ? ['--only', ...only] : [])],
      {
        cwd: folder,
        maxBuffer: 64 * 1_048_576,
        env: { ...process.env, LAB_TOKEN: TOKEN, ...Object.fromEntries(passwords) },
      },
      (_problem, stdout, stderr) => resolve(`${stdout}${stderr}`),
    );
  });
  const record = await readFile(join(folder, 'mailspec-report', 'results.json'), 'utf8').catch(() => output);
  return JSON.parse(record);
}

test('a server that runs already is asked by a lab in the open what only a lab can tell', async () => {
  const codes = ['RLY-001', 'SPF-002', 'SPF-009', 'STLS-019', 'DKIM-017', 'SMTP-033', 'TPOL-012'];
  const [target] = (await audit(...codes, 'DMARC-001', 'DNSBL-002', 'PBS-002', 'SUB-017')).targets;
  expect(target?.failure).toBeNull();
  expect(Object.fromEntries(target?.results.map(({ check, verdict }) => [check, verdict]) ?? [])).toEqual(
    Object.fromEntries(codes.map((code) => [code, 'pass'])),
  );
  // Where names, addresses and lists are not the lab's, nothing is decided.
  const why = new Map(target?.notSelected.map((one) => [one.check, one]));
  expect(why.get('DMARC-001')).toMatchObject({
    reason: 'lab',
    why: expect.stringContaining('two organisations'),
  });
  expect(why.get('DNSBL-002')).toMatchObject({ reason: 'lab', why: expect.stringContaining('block lists') });
  expect(why.get('PBS-002')).toMatchObject({
    reason: 'lab',
    why: expect.stringContaining('client addresses'),
  });
  expect(why.get('SUB-017')).toMatchObject({
    reason: 'lab',
    why: expect.stringContaining('outside of the zone'),
  });
});

test('its mail is proven by delivery: what leaves, and under what names', async () => {
  const [target] = (await audit('SUB-014')).targets;
  const lines = JSON.stringify(target?.results);
  expect(target?.results).toMatchObject([{ verdict: 'pass' }]);
  expect(lines).toMatch(/@sink-[0-9a-f]{16}\.r[0-9a-f]{16}\.probe\.example\.org/);
});
