import { lookup } from 'node:dns/promises';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createServerCertificate } from '../../reference/certificates.ts';
import { createTargetsFolder, type TargetsFolder } from '../testing/targets-file.ts';
import { startTarget } from './start.ts';

vi.mock('node:dns/promises', { spy: true });

let folder: TargetsFolder;
beforeAll(async () => {
  folder = await createTargetsFolder();
});
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const context = { runId: 'test', signal: new AbortController().signal };
const FILE = `version: 1
targets:
  shop:
    driver: host
    address: 192.0.2.25
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25, submissions: { port: 10465 }, imaps: { port: 993, host: 192.0.2.143 } }
    accounts: [{ address: alice@example.test, password: "env:MAILSPEC_TEST_SECRET" }]
    trust-anchor: { file: ca.pem }
    audited-from: outside
    claims: { proxy-logins: [master], pop-before-smtp: { window: 20m, imap: true }, inbound-authentication: { spf: mark, dmarc: quarantine }, sender-domains: [example.test, shop.test], non-sending-domains: [parked.test], dmarc-reports: 30m, client-records: shop.test, published-policies: example.test, outgoing-policies: { dane: true, tls-reports: 20m } }
    timing: { reply: 60s, quiet: 1.5s, slack: 2m, retry-after: [30s, 5m] }
`;

it('is taken as declared, without connecting to it', async () => {
  vi.stubEnv('MAILSPEC_TEST_SECRET', 'from the environment');
  const { trustAnchor } = await createServerCertificate('mail.example.test');
  await folder.write('ca.pem', trustAnchor);
  const { target, stop } = await startTarget(await folder.declare(FILE), context);
  await stop();
  expect(target).toEqual({
    name: 'shop',
    driver: 'host',
    domain: 'example.test',
    hostname: 'mail.example.test',
    endpoints: {
      mx: { host: '192.0.2.25', port: 25 },
      submissions: { host: '192.0.2.25', port: 10465 },
      imaps: { host: '192.0.2.143', port: 993 },
    },
    accounts: [
      {
        address: 'alice@example.test',
        login: 'alice@example.test',
        password: 'from the environment',
        disposable: false,
        cleartextSecret: false,
      },
    ],
    trustAnchor,
    auditedFrom: 'outside',
    connections: 4,
    permissions: ['safe'],
    guest: { paceMs: 1_000, authority: null, contact: null },
    claims: {
      publicMx: false,
      submissionRequiresTls: false,
      mxRequiresTls: false,
      proxyLogins: ['master'],
      removesReceived: false,
      tlsRequiredDestinations: [],
      internalSubmission: false,
      dnsbl: { zones: [], allowZones: [], reputationZones: [], onSubmission: false },
      op25b: { declared: false },
      popBeforeSmtp: { windowMs: 1_200_000, granularityMs: 5_000, maximumMs: 1_800_000, imap: true },
      inboundAuthentication: { spf: 'mark', dmarc: 'quarantine' },
      clientRecords: 'shop.test',
      publishedPolicies: 'example.test',
      outgoingPolicies: { dnssec: true, dane: true, mtaSts: false, tlsReportsWithinMs: 1_200_000 },
      dmarcReportsWithinMs: 1_800_000,
      senderDomains: ['example.test', 'shop.test'],
      nonSendingDomains: ['parked.test'],
      dkimSelectors: [],
    },
    timing: {
      replyMs: 60_000,
      quietMs: 1_500,
      slackMs: 120_000,
      retryAfterMs: [30_000, 300_000],
      loginEffectMs: [1_000, 5_000, 15_000],
      outboundMs: 30_000,
    },
  });
});

it('needs its trust anchor to be a certificate', async () => {
  vi.stubEnv('MAILSPEC_TEST_SECRET', 'from the environment');
  const missing = await folder.declare(FILE.replace('ca.pem', 'gone.pem'));
  await expect(startTarget(missing, context)).rejects.toThrow(
    `${missing.origin.file}:10:27: The trust anchor gone.pem cannot be used: There is no such file.`,
  );
  await folder.write('note.pem', 'no certificate\n');
  const wrong = await folder.declare(FILE.replace('ca.pem', 'note.pem'));
  await expect(startTarget(wrong, context)).rejects.toThrow(
    `${wrong.origin.file}:10:27: The trust anchor note.pem is no certificate in PEM form.`,
  );
});

it('a name that does not resolve is a mistake of the file', async () => {
  vi.mocked(lookup).mockRejectedValueOnce(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
  const declared = await folder.declare(`version: 1
targets:
  shop:
    driver: host
    address: mail.nowhere.test
    mail-domain: example.test
    host-name: mail.example.test
    roles: { mx: 25 }
`);
  await expect(startTarget(declared, context)).rejects.toThrow(
    /:5:14: The name mail\.nowhere\.test does not resolve: no address is known for it here\.$/,
  );
});

it('a name with addresses of both kinds is asked over IPv4, and its IPv6 addresses are known', async () => {
  const addresses = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  // The overload that gives all addresses.
  vi.mocked(lookup).mockResolvedValueOnce(addresses as never);
  const declared = await folder.declare(`version: 1
targets:
  shop:
    driver: host
    address: mail.shop.test
    mail-domain: shop.test
    host-name: mail.shop.test
    roles: { mx: 25, submission: 587, imaps: { port: 993, host: 192.0.2.143 } }
`);
  const { target } = await startTarget(declared, context);
  expect(target.endpoints).toEqual({
    mx: { host: 'mail.shop.test', port: 25, family: 4 },
    submission: { host: 'mail.shop.test', port: 587, family: 4 },
    imaps: { host: '192.0.2.143', port: 993 },
  });
  expect(target.ipv6Endpoints).toEqual({
    mx: { host: 'mail.shop.test', port: 25, family: 6 },
    submission: { host: 'mail.shop.test', port: 587, family: 6 },
  });
});
