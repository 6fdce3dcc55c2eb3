import { createHash, X509Certificate } from 'node:crypto';
import { connectLab, txtStrings, type Zone } from 'net-mocks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as certificates from '../../harness/certificates/certificates.ts';
import { targetZones } from '../../harness/lab/world.ts';
import { type ReferenceInLab, startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { objectionTo } from '../transport-policy/tlsa.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

const DOMAIN = 'example.test';
const HOST = `mail.${DOMAIN}`;

let reference: ReferenceInLab;
let mocks: ReturnType<typeof connectLab>;
beforeAll(async () => {
  reference = await startReferenceInLab();
  const { url, token } = reference.access.control;
  mocks = connectLab(url, { token });
});
afterAll(async () => {
  await mocks.close();
  await reference.close();
});

async function verdictOf(id: string, publish: () => Promise<unknown>) {
  const check = CHECKS.find(({ definition }) => definition.id === id);
  if (!check) throw new Error(`${id} is not there.`);
  await publish();
  const result = await resultAgainst(check, reference.server.target, reference.access);
  return { verdict: result.verdict, text: explained(result) };
}

const publish = (...zones: readonly Zone[]) => mocks.dns.publish({ zones: [...zones] });
const texts = (name: string, ...data: readonly string[]) =>
  publish({
    origin: name,
    records: data.map((text) => ({ name, type: 'TXT', data: txtStrings(text) })),
    dnssec: {},
  });

describe('SPF-023', () => {
  const address = () => reference.access.addresses.target;
  const spf = (policy: string) =>
    publish(
      ...targetZones({ domain: DOMAIN, hostname: HOST, address: address() }, [
        { name: DOMAIN, type: 'TXT', data: txtStrings(policy) },
        { name: HOST, type: 'TXT', data: ['v=spf1 a -all'] },
        { name: `wide.${DOMAIN}`, type: 'TXT', data: ['v=spf1 +all'] },
        { name: `half.${DOMAIN}`, type: 'TXT', data: ['v=spf1 ip6:::/1 ?all'] },
        { name: `network.${DOMAIN}`, type: 'TXT', data: ['v=spf1 ip4:198.48.0.0/12 ?all'] },
        { name: `open.${DOMAIN}`, type: 'TXT', data: [`v=spf1 a:${HOST} +all`] },
        { name: `there.${DOMAIN}`, type: 'A', data: '127.0.0.2' },
      ]),
    );

  test.each([
    ['fail', `v=spf1 a:${HOST} ip6:::/0 -all`],
    ['fail', `v=spf1 a:${HOST} ip6:::/1 -all`],
    ['fail', `v=spf1 a:${HOST} ip6:2000::/3 -all`],
    ['fail', `v=spf1 a:${HOST} a:${HOST}//0 ip6:::/0 -all`],
    ['fail', `v=spf1 a:${HOST} ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all`],
    ['fail', `v=spf1 a:${HOST} ip4:128.0.0.0/1 -all`],
    ['fail', `v=spf1 a:${HOST} ip4:0.0.0.0/2 -all`],
    ['fail', `v=spf1 a:${HOST}/0 -all`],
    ['fail', `v=spf1 mx/0 -all`],
    ['fail', `v=spf1 a:${HOST} exists:there.${DOMAIN} -all`],
    ['fail', `v=spf1 a:${HOST} +all`],
    ['fail', `v=spf1 a:${HOST} include:wide.${DOMAIN} -all`],
    ['fail', `v=spf1 a:${HOST} include:half.${DOMAIN} -all`],
    ['fail', `v=spf1 redirect=open.${DOMAIN}`],
    ['warn', `v=spf1 a:${HOST} ip4:198.48.0.0/12 -all`],
    ['warn', `v=spf1 a:${HOST} include:network.${DOMAIN} -all`],
    ['warn', `v=spf1 a:${HOST}/15 -all`],
    ['warn', `v=spf1 a:${HOST} ip6:2001:d00::/24 -all`],
    ['pass', `v=spf1 a:${HOST} ip4:198.51.100.0/24 ip6:2001:db8::/32 -all`],
    ['pass', `v=spf1 a:${HOST}/24//64 ~all`],
    ['pass', `v=spf1 a:${HOST} ?ip6:::/0 -all`],
  ])('is %s for %s', async (expected, policy) => {
    const { verdict, text } = await verdictOf('SPF-023', () => spf(policy));
    expect(verdict, text).toBe(expected);
  });
});

describe('TPOL-019', () => {
  const [nothing, stale] = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'ab'.repeat(32),
  ];
  const key = () =>
    createHash('sha256')
      .update(
        new X509Certificate(reference.server.certificate).publicKey.export({ type: 'spki', format: 'der' }),
      )
      .digest('hex');
  const tlsa = (...records: readonly string[]) => {
    const name = `_25._tcp.${HOST}`;
    return publish({
      origin: name,
      dnssec: {},
      records: records.map((record) => {
        const [usage, selector, matchingType, digest = ''] = record.split(' ');
        const certificate = digest === 'KEY' ? key() : digest;
        const numbers = {
          usage: Number(usage),
          selector: Number(selector),
          matchingType: Number(matchingType),
        };
        return { name, type: 'TLSA', data: { ...numbers, certificate } };
      }),
    });
  };

  test.each([
    ['fail', [`3 1 1 ${stale}`, '1 1 1 KEY']],
    ['fail', [`3 1 1 ${stale}`, '0 1 1 KEY']],
    ['fail', [`3 1 1 ${nothing}`]],
    ['pass', [`3 1 1 ${nothing}`, '3 1 1 KEY']],
    ['pass', ['3 1 1 KEY', `3 1 1 ${stale}`]],
    ['warn', ['1 1 1 KEY']],
    ['warn', [`0 1 1 ${stale}`]],
    ['fail', [`2 1 1 ${stale}`]],
    ['pass', ['2 1 1 KEY']],
  ])('is %s for %s', async (expected, records) => {
    const { verdict, text } = await verdictOf('TPOL-019', () => tlsa(...records));
    expect(verdict, text).toBe(expected);
  });
});

test('the key of an authority counts for the names of the host alone, that of the server for every name', () => {
  const sent = [reference.server.certificate];
  const record = { selector: 0, matchingType: 0, certificate: reference.server.certificate, ttl: 60 };
  const objection = (usage: number, name: string) =>
    objectionTo({ certificates }, { ...record, usage }, { names: [name], sent });
  expect(objection(2, HOST)).toBeNull();
  expect(objection(2, 'mail.other.example')).toContain('the certificate is for');
  expect(objection(3, 'mail.other.example')).toBeNull();
});

describe('TPOL-020', () => {
  const good = ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'max_age: 604800'];
  const file = (lines: readonly string[]) =>
    mocks.web.publish({ hosts: [{ host: `mta-sts.${DOMAIN}`, policy: [...lines, ''].join('\r\n') }] });

  test.each([
    ['pass', good],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'mx: 192.0.2.86', 'max_age: 604800']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'mx: [192.0.2.86]', 'max_age: 604800']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}.`, 'max_age: 604800']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'max_age: 63072000']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}.`, 'max_age: ']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'max_age: ']],
    ['fail', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`]],
    ['fail', ['version: STSv1', 'mode: enforce', `nmx: ${HOST}`, 'max_age: 604800']],
    ['warn', ['version: STSv1', 'mode: enforce', `mx: ${HOST}`, 'max_age: 86400']],
    ['pass', ['version: STSv1', 'mode: enforce', `mx: *.${DOMAIN}`, 'max_age: 31557600']],
  ])('is %s for the policy %s', async (expected, lines) => {
    const { verdict, text } = await verdictOf('TPOL-020', () => file(lines));
    expect(verdict, text).toBe(expected);
  });

  test.each([
    ['fail', '_mta-sts', 'v=STSv1; id=2026-11-29'],
    ['pass', '_mta-sts', 'v=STSv1; id=20261129;'],
    ['fail', '_smtp._tls', `v=TLSRPTv1; rua=tls@${DOMAIN}`],
    ['fail', '_smtp._tls', `"v=TLSRPTv1; rua=mailto:tls@${DOMAIN}"`],
    ['fail', '_smtp._tls', `v=TLSRPTv1\\; rua=mailto:tls@${DOMAIN}`],
    ['pass', '_smtp._tls', `v=TLSRPTv1; rua=mailto:tls@${DOMAIN}`],
  ])('is %s for %s: %s', async (expected, label, record) => {
    await file(good);
    const { verdict, text } = await verdictOf('TPOL-020', () => texts(`${label}.${DOMAIN}`, record));
    expect(verdict, text).toBe(expected);
  });
});

describe('DMARC-016', () => {
  test.each([
    ['fail', `v=DMARC1 p=reject rua=mailto:d@${DOMAIN}`],
    ['fail', `v=DMARC1; p=reject; rua=d@${DOMAIN}`],
    ['fail', `v=DMARC1\\; p=reject\\; rua=mailto:d@${DOMAIN}`],
    ['fail', `"v=DMARC1; p=reject; rua=mailto:d@${DOMAIN}"`],
    ['fail', `v=DMARC1; p=reject; rua=mailto:a@${DOMAIN};mailto:b@${DOMAIN}`],
    ['warn', `v=DMARC1; p=reject; pct=0; rua=mailto:d@${DOMAIN}`],
    ['warn', `v=DMARC1; p=reject; sp=none; rua=mailto:d@${DOMAIN}`],
    ['warn', 'v=DMARC1; p=reject; rua=mailto:d@foreign.example'],
    ['pass', `v=DMARC1; rua=mailto:d@${DOMAIN}; p=reject;`],
  ])('is %s for %s', async (expected, record) => {
    const { verdict, text } = await verdictOf('DMARC-016', () => texts(`_dmarc.${DOMAIN}`, record));
    expect(verdict, text).toBe(expected);
  });
});
