import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, type Lab, txtStrings, type Zone, type ZoneRecord } from 'net-mocks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { startReference } from '../reference/server.ts';

const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const DOMAIN = 'example.test';
const HOST = `mail.${DOMAIN}`;
const CODES = [
  'SPF-023',
  'SPF-024',
  'SMTP-034',
  'DKIM-018',
  'DKIM-023',
  'DMARC-016',
  'ITLS-017',
  'TPOL-019',
  'TPOL-020',
];

type Server = Awaited<ReturnType<typeof startReference>>;

let folder = '';
let server: Server;
const labs: Lab[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-host-records-'));
  server = await startReference();
  await writeFile(join(folder, 'ca.pem'), server.target.trustAnchor ?? '');
});
afterAll(async () => {
  await server.close();
  await Promise.all(labs.map((lab) => lab.close()));
  await rm(folder, { recursive: true, force: true });
});

interface World {
  readonly spf: string;
  readonly dmarc: string;
  readonly keys: readonly string[];
  readonly tlsa: string;
  readonly policy: string;
  readonly report: string;
  readonly parked: readonly ZoneRecord[];
  readonly dnssec?: Zone['dnssec'];
  readonly more?: readonly ZoneRecord[];
  /** Name of the address; that of the host when absent. */
  readonly reverse?: string;
}

/** The DNS and the policy host of a world; what the declaration of a target says about them. */
async function publish(name: string, world: World): Promise<{ readonly lab: Lab; readonly dns: string }> {
  const lab = await createLab();
  labs.push(lab);
  const text = (owner: string, value: string): ZoneRecord => ({
    name: owner,
    type: 'TXT',
    data: txtStrings(value),
  });
  await lab.dns.publish({
    zones: [
      {
        origin: DOMAIN,
        ...(world.dnssec ? { dnssec: world.dnssec } : {}),
        records: [
          { name: DOMAIN, type: 'MX', data: { preference: 10, exchange: HOST } },
          { name: HOST, type: 'A', data: '127.0.0.1' },
          text(DOMAIN, world.spf),
          text(`_dmarc.${DOMAIN}`, world.dmarc),
          ...world.keys.map((key) => text(`s1._domainkey.${DOMAIN}`, key)),
          {
            name: `_25._tcp.${HOST}`,
            type: 'TLSA',
            data: { usage: 3, selector: 1, matchingType: 1, certificate: world.tlsa },
          },
          text(`_mta-sts.${DOMAIN}`, 'v=STSv1; id=1;'),
          { name: `mta-sts.${DOMAIN}`, type: 'A', data: '127.0.0.1' },
          text(`_smtp._tls.${DOMAIN}`, world.report),
          {
            name: `_submissions._tcp.${DOMAIN}`,
            type: 'SRV',
            data: { priority: 0, weight: 1, port: 465, target: HOST },
          },
          {
            name: `_imaps._tcp.${DOMAIN}`,
            type: 'SRV',
            data: { priority: 0, weight: 1, port: 993, target: HOST },
          },
          ...(world.more ?? []),
        ],
      },
      { origin: 'parked.test', records: [...world.parked] },
      {
        origin: '127.in-addr.arpa',
        records: [{ name: '1.0.0.127.in-addr.arpa', type: 'PTR', data: world.reverse ?? HOST }],
      },
    ],
  });
  await lab.web.publish({ hosts: [{ host: `mta-sts.${DOMAIN}`, policy: world.policy }] });
  const { dns, web } = await lab.endpoints();
  const { ds } = await lab.dns.trustAnchor();
  await writeFile(join(folder, `${name}.pem`), (await lab.certificates.authority()).certificate);
  return {
    lab,
    dns: `{ address: ${dns.address}, port: ${dns.port}, root-anchors: ["${ds}"], policy-hosts: { port: ${web.port}, trust-anchor: { file: ${name}.pem } } }`,
  };
}

async function audit(targets: Readonly<Record<string, string | undefined>>): Promise<RunRecord> {
  const { endpoints } = server.target;
  const roles = Object.entries(endpoints)
    .map(([role, endpoint]) => `${role}: ${endpoint?.port}`)
    .join(', ');
  const declared = Object.entries(targets).map(
    ([name, dns]) => `  ${name}:
    driver: host
    address: 127.0.0.1
    mail-domain: ${DOMAIN}
    host-name: ${HOST}
    trust-anchor: { file: ca.pem }
    roles: { ${roles} }
    connections: 16
    timing: { reply: 5s, quiet: 150ms, slack: 30s }
    claims: { dkim-selectors: [s1], non-sending-domains: [parked.test], client-records: ${DOMAIN} }
${dns === undefined ? '' : `    dns: ${dns}\n`}`,
  );
  await writeFile(join(folder, 'targets.yaml'), `version: 1\ntargets:\n${declared.join('')}`);
  await new Promise<void>((resolve) => {
    execFile(
      process.execPath,
      [CLI, 'audit', ...Object.keys(targets), '--only', ...CODES],
      { cwd: folder, maxBuffer: 64 * 1_048_576 },
      () => resolve(),
    );
  });
  return JSON.parse(await readFile(join(folder, 'mailspec-report', 'results.json'), 'utf8'));
}

function verdictsOf(record: RunRecord, target: string): Record<string, string> {
  const found = record.targets.find(({ name }) => name === target);
  return Object.fromEntries(found?.results.map(({ check, verdict }) => [check, verdict]) ?? []);
}

const CRLF = '\r\n';
const policyFor = (mx: string) =>
  ['version: STSv1', 'mode: enforce', `mx: ${mx}`, 'max_age: 1209600', ''].join(CRLF);

function goodWorld(): World {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const spki = new X509Certificate(server.certificate).publicKey.export({ type: 'spki', format: 'der' });
  return {
    spf: `v=spf1 a:${HOST} -all`,
    dmarc: `v=DMARC1; p=reject; rua=mailto:dmarc@${DOMAIN}`,
    keys: [`v=DKIM1; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`],
    tlsa: createHash('sha256').update(spki).digest('hex'),
    policy: policyFor(HOST),
    report: `v=TLSRPTv1; rua=mailto:tls@${DOMAIN}`,
    parked: [
      { name: 'parked.test', type: 'MX', data: { preference: 0, exchange: '.' } },
      { name: 'parked.test', type: 'TXT', data: 'v=spf1 -all' },
      { name: '_dmarc.parked.test', type: 'TXT', data: 'v=DMARC1; p=reject; rua=mailto:d@parked.test' },
    ],
    dnssec: {},
  };
}

test('what a host publishes is judged by the DNS that its declaration names, and by nothing without it', async () => {
  const good = goodWorld();
  const { publicKey: short } = generateKeyPairSync('rsa', { modulusLength: 512 });
  const { dnssec: _signed, ...unsigned } = good;
  const worlds = {
    good: await publish('good', good),
    bad: await publish('bad', {
      spf: `v=spf1 ${`a:${HOST} `.repeat(11)}-all`,
      dmarc: 'v=DMARC1; p=perhaps',
      keys: [`v=DKIM1; p=${short.export({ type: 'spki', format: 'der' }).toString('base64')}`, 'v=DKIM1; p='],
      tlsa: 'ab'.repeat(32),
      policy: policyFor(`old.${DOMAIN}`),
      report: 'v=TLSRPTv1',
      parked: [],
      dnssec: {},
      more: [
        { name: DOMAIN, type: 'MX', data: { preference: 20, exchange: `alias.${DOMAIN}` } },
        { name: `alias.${DOMAIN}`, type: 'CNAME', data: HOST },
      ],
    }),
    plain: await publish('plain', { ...unsigned, reverse: `other.${DOMAIN}` }),
    forged: await publish('forged', { ...good, dnssec: { flaws: [{ type: 'MX', signature: 'corrupt' }] } }),
    silent: await publish('silent', good),
  };
  await worlds.silent.lab.dns.setFaults({ faults: [{ name: DOMAIN, subtree: true, effect: 'servfail' }] });
  const record = await audit({
    ...Object.fromEntries(Object.entries(worlds).map(([name, { dns }]) => [name, dns])),
    unasked: undefined,
  });
  const all = (verdict: string) => Object.fromEntries(CODES.map((code) => [code, verdict]));
  expect(verdictsOf(record, 'good')).toEqual(all('pass'));
  expect(verdictsOf(record, 'bad')).toMatchObject({
    'SPF-023': 'fail',
    'SPF-024': 'fail',
    'SMTP-034': 'fail',
    'DKIM-018': 'fail',
    'DKIM-023': 'fail',
    'DMARC-016': 'fail',
    'TPOL-019': 'fail',
    'TPOL-020': 'fail',
  });
  expect(verdictsOf(record, 'plain')).toMatchObject({
    'TPOL-019': 'warn',
    'SMTP-034': 'warn',
    'SPF-023': 'pass',
  });
  expect(verdictsOf(record, 'forged')).toMatchObject({ 'TPOL-019': 'fail', 'SPF-023': 'pass' });
  // What a resolver cannot tell is held against nobody.
  expect(verdictsOf(record, 'silent')).toEqual({ ...all('inconclusive'), 'SPF-024': 'pass' });
  expect(verdictsOf(record, 'unasked')).toEqual({});
  const unasked = record.targets.find(({ name }) => name === 'unasked');
  const why = new Map(unasked?.notSelected.map((one) => [one.check, one.why]));
  expect(CODES.map((code) => why.get(code))).toEqual(
    CODES.map(() => 'needs the public DNS: `dns:` of the target'),
  );
  const found = record.targets.find(({ name }) => name === 'forged')?.results;
  const lines = found?.find(({ check }) => check === 'TPOL-019')?.transcript ?? [];
  expect(JSON.stringify(lines)).toContain(`looked up MX of ${DOMAIN}: NOERROR, bogus`);
});
