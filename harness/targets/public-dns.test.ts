import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimsOf } from '../model/claims.ts';
import { ROOT_ANCHORS } from '../public-dns/root-anchors.ts';
import { claimsWithDomains, publicDnsOf } from './public-dns.ts';
import type { HostSettings } from './schema.ts';
import { createTargetsFolder, type TargetsFolder } from './testing/targets-file.ts';

let folder: TargetsFolder;
beforeEach(async () => {
  folder = await createTargetsFolder();
});
afterEach(() => folder.remove());

async function declared(dns: string) {
  const declaration = await folder.declare(
    `version: 1\ntargets:\n  live: { driver: host, address: 192.0.2.1, mail-domain: example.test, roles: { mx: 25 }, dns: ${dns} }\n`,
  );
  return { declaration, dns: (declaration.settings as HostSettings).dns ?? 'system' };
}

const ON_THE_INTERNET = { port: 443, authority: null };

test.each([
  ['{ address: 192.0.2.53 }', '192.0.2.53', 53, false],
  ['{ address: 192.0.2.53, port: 5353, trusted-path: true }', '192.0.2.53', 5353, true],
  ['{ address: 127.0.0.1 }', '127.0.0.1', 53, true],
  ['{ address: "::1", trusted-path: false }', '::1', 53, false],
])('dns: %s', async (written, host, port, trustsAd) => {
  const { declaration, dns } = await declared(written);
  expect(await publicDnsOf(declaration, dns)).toEqual({
    servers: [{ host, port }],
    trustsAd,
    rootAnchors: ROOT_ANCHORS,
    policyHosts: ON_THE_INTERNET,
  });
});

test('system is what this machine asks, trusted where all of it is on loopback', async () => {
  const { declaration, dns } = await declared('system');
  const of = (...servers: string[]) => publicDnsOf(declaration, dns, () => servers);
  expect(await of('127.0.0.53', '[::1]:5353')).toMatchObject({
    servers: [
      { host: '127.0.0.53', port: 53 },
      { host: '::1', port: 5353 },
    ],
    trustsAd: true,
  });
  expect(await of('192.0.2.1:54', '127.0.0.1')).toMatchObject({
    servers: [
      { host: '192.0.2.1', port: 54 },
      { host: '127.0.0.1', port: 53 },
    ],
    trustsAd: false,
  });
  await expect(of()).rejects.toThrow('This machine names no resolver; name one by its address.');
});

test.each([
  ['somewhere', 'dns'],
  ['{ address: dns.example.test }', 'an IP address'],
  ['{ address: 192.0.2.1, root-anchors: [yes] }', 'root-anchors'],
])('dns: %s is refused', async (written, said) => {
  await expect(declared(written)).rejects.toThrow(said);
});

test('an authority of policy hosts that is no certificate is told with its place', async () => {
  await folder.write('ca.pem', 'nothing');
  const { declaration, dns } = await declared(
    '{ address: 127.0.0.1, policy-hosts: { trust-anchor: { file: ca.pem } } }',
  );
  await expect(publicDnsOf(declaration, dns)).rejects.toThrow(
    /targets\.yaml:3:\d+: The authority ca\.pem is no certificate in PEM form\./,
  );
});

test('domains of claims are the mail domain where nothing else is written', () => {
  const { publishedPolicies, senderDomains } = claimsWithDomains(claimsOf({}), 'example.test');
  expect({ publishedPolicies, senderDomains }).toEqual({
    publishedPolicies: 'example.test',
    senderDomains: ['example.test'],
  });
  const others = claimsWithDomains(claimsOf({ 'sender-domains': ['other.test'] }), 'example.test');
  expect(others.senderDomains).toEqual(['other.test']);
});
