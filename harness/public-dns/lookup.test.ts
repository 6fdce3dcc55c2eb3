import { createLab, type Lab, type Zone } from 'net-mocks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from '../model/endpoint.ts';
import { createPublicResolver } from './lookup.ts';

const RECORDS = (origin: string): Zone['records'] => [
  { name: origin, type: 'MX', data: { preference: 10, exchange: `MX.${origin}` } },
  { name: origin, type: 'TXT', data: ['v=spf1 ', '-all'] },
  { name: `mx.${origin}`, type: 'A', data: '127.0.0.1' },
  { name: `mx.${origin}`, type: 'AAAA', data: '::1' },
  { name: `alias.${origin}`, type: 'CNAME', data: `mx.${origin}` },
  { name: `nowhere.${origin}`, type: 'CNAME', data: `none.${origin}` },
  { name: `one.${origin}`, type: 'CNAME', data: `two.${origin}` },
  { name: `two.${origin}`, type: 'CNAME', data: `one.${origin}` },
  { name: `*.wild.${origin}`, type: 'A', data: '127.0.0.2' },
  { name: `long.${origin}`, type: 'TXT', data: Array.from({ length: 12 }, () => 'x'.repeat(250)) },
  {
    name: `_25._tcp.mx.${origin}`,
    type: 'TLSA',
    data: { usage: 3, selector: 1, matchingType: 1, certificate: 'ab'.repeat(32) },
  },
  { name: origin, type: 'CAA', data: { flags: 0, tag: 'issue', value: 'ca.test' } },
  {
    name: `_imaps._tcp.${origin}`,
    type: 'SRV',
    data: { priority: 0, weight: 1, port: 993, target: `mx.${origin}` },
  },
];

/** The tries of a test: the first one long enough on a busy machine, where no answer is meant to be missed. */
const PATIENT: readonly number[] = [5_000];
const BRIEF: readonly number[] = [100, 100];

describe('the public DNS, as net-mocks plays it', () => {
  const stop = new AbortController();
  let lab: Lab;
  let server: Endpoint;
  let anchor: string;
  const resolver = (
    over: {
      readonly trustsAd?: boolean;
      readonly rootAnchors?: readonly string[];
      readonly servers?: readonly Endpoint[];
      readonly tries?: readonly number[];
    } = {},
  ) =>
    createPublicResolver(
      {
        servers: over.servers ?? [server],
        trustsAd: over.trustsAd ?? false,
        rootAnchors: over.rootAnchors ?? [anchor],
      },
      { signal: stop.signal, tries: over.tries ?? PATIENT },
    );

  beforeAll(async () => {
    lab = await createLab();
    const { dns } = await lab.endpoints();
    server = { host: dns.address, port: dns.port };
    anchor = (await lab.dns.trustAnchor()).ds;
    const flawed = (origin: string, flaw: NonNullable<NonNullable<Zone['dnssec']>['flaws']>[number]) => ({
      origin,
      records: RECORDS(origin),
      dnssec: { flaws: [flaw] },
    });
    await lab.dns.publish({
      zones: [
        { origin: 'plain.test', records: RECORDS('plain.test') },
        { origin: 'signed.test', records: RECORDS('signed.test'), dnssec: {} },
        { origin: 'sub.signed.test', records: RECORDS('sub.signed.test'), dnssec: {} },
        { origin: 'open.signed.test', records: RECORDS('open.signed.test') },
        { origin: 'below.plain.test', records: RECORDS('below.plain.test'), dnssec: {} },
        {
          origin: 'links.test',
          records: [
            { name: 'to-plain.links.test', type: 'CNAME', data: 'mx.plain.test' },
            { name: 'to-corrupt.links.test', type: 'CNAME', data: 'mx.corrupt.test' },
            { name: 'to-none.links.test', type: 'CNAME', data: 'none.signed.test' },
          ],
          dnssec: {},
        },
        flawed('corrupt.test', { signature: 'corrupt' }),
        flawed('badkey.test', { type: 'DNSKEY', signature: 'corrupt' }),
        flawed('expired.test', { signature: 'expired' }),
        flawed('stripped.test', { name: 'mx.stripped.test', type: 'A', signature: 'missing' }),
      ],
    });
    await lab.dns.setFaults({
      faults: [
        { name: 'servfail.test', effect: 'servfail' },
        { name: 'refused.test', effect: 'refused' },
        { name: 'silent.test', effect: 'drop' },
        { name: 'garbage.test', effect: 'garbage' },
        { name: 'wrong-id.test', effect: 'wrong-id' },
        { name: 'once.test', effect: 'drop', times: 1 },
        { name: 'moment.test', effect: 'servfail', times: 1 },
        { name: 'late-tcp.test', effect: 'truncate', tcp: 'reset' },
        { name: 'old.test', effect: 'formerr', times: 1 },
      ],
    });
  });
  afterAll(async () => {
    stop.abort();
    await lab.close();
  });

  test.each([
    ['signed.test', 'MX', 'NOERROR 1 secure'],
    ['Signed.Test.', 'MX', 'NOERROR 1 secure'],
    ['signed.test', 'TXT', 'NOERROR 1 secure'],
    ['signed.test', 'CAA', 'NOERROR 1 secure'],
    ['_imaps._tcp.signed.test', 'SRV', 'NOERROR 1 secure'],
    ['mx.signed.test', 'AAAA', 'NOERROR 1 secure'],
    ['_25._tcp.mx.signed.test', 'TLSA', 'NOERROR 1 secure'],
    ['alias.signed.test', 'A', 'NOERROR 2 secure'],
    ['alias.signed.test', 'CNAME', 'NOERROR 1 secure'],
    ['nowhere.signed.test', 'A', 'NXDOMAIN 1 secure'],
    ['any.wild.signed.test', 'A', 'NOERROR 1 secure'],
    ['any.wild.signed.test', 'TXT', 'NOERROR 0 secure'],
    ['mx.sub.signed.test', 'A', 'NOERROR 1 secure'],
    ['mx.signed.test', 'TXT', 'NOERROR 0 secure'],
    ['_tcp.mx.signed.test', 'TLSA', 'NOERROR 0 secure'],
    ['_25._tcp.other.signed.test', 'TLSA', 'NXDOMAIN 0 secure'],
    ['nothing.test', 'A', 'NXDOMAIN 0 secure'],
    ['plain.test', 'MX', 'NOERROR 1 insecure'],
    ['other.plain.test', 'A', 'NXDOMAIN 0 insecure'],
    ['mx.open.signed.test', 'A', 'NOERROR 1 insecure'],
    ['mx.below.plain.test', 'A', 'NOERROR 1 insecure'],
    ['to-plain.links.test', 'A', 'NOERROR 2 insecure'],
    ['to-corrupt.links.test', 'A', 'NOERROR 2 bogus'],
    ['to-none.links.test', 'A', 'NXDOMAIN 1 secure'],
    ['corrupt.test', 'MX', 'NOERROR 1 bogus'],
    ['other.corrupt.test', 'A', 'NXDOMAIN 0 bogus'],
    ['badkey.test', 'MX', 'NOERROR 1 bogus'],
    ['expired.test', 'MX', 'NOERROR 1 bogus'],
    ['stripped.test', 'MX', 'NOERROR 1 secure'],
    ['mx.stripped.test', 'A', 'NOERROR 1 bogus'],
    ['a..b.test', 'A', 'NXDOMAIN 0 indeterminate'],
  ] as const)('%s %s: %s', async (name, type, expected) => {
    const found = await resolver().lookup(name, type);
    expect(
      found.kind === 'answer' ? `${found.rcode} ${found.records.length} ${found.dnssec}` : found.text,
    ).toBe(expected);
  });

  test.each([
    ['one.signed.test', 'alias-loop', 'servfail'],
    ['servfail.test', 'servfail', null],
    ['refused.test', 'refused', null],
  ] as const)('%s fails: %s', async (name, failure, orBy) => {
    // A resolver that follows aliases itself tells a circle by SERVFAIL.
    const found = await resolver().lookup(name, 'A');
    expect([failure, orBy]).toContain(found.kind === 'failed' ? found.failure : found.rcode);
  });

  test.each([
    ['silent.test', 'timeout'],
    ['garbage.test', 'unreachable'],
    ['wrong-id.test', 'unreachable'],
    ['late-tcp.test', 'unreachable'],
  ] as const)('%s has no answer: %s', async (name, failure) => {
    expect(await resolver({ tries: BRIEF }).lookup(name, 'A')).toMatchObject({ kind: 'failed', failure });
  });

  test('data is what the lab gives too', async () => {
    const asked = [
      ['signed.test', 'MX'],
      ['signed.test', 'TXT'],
      ['signed.test', 'CAA'],
      ['mx.signed.test', 'A'],
      ['mx.signed.test', 'AAAA'],
      ['_25._tcp.mx.signed.test', 'TLSA'],
      ['_imaps._tcp.signed.test', 'SRV'],
      ['alias.signed.test', 'A'],
    ] as const;
    for (const [name, type] of asked) {
      const found = await resolver().lookup(name, type);
      const ofLab = await lab.dns.lookup({ name, type });
      expect(found).toMatchObject({ rcode: ofLab.rcode, dnssec: ofLab.dnssec, records: ofLab.records });
    }
  });

  test('an answer that does not fit comes over TCP, whole', async () => {
    const found = await resolver().lookup('long.signed.test', 'TXT');
    expect(found).toMatchObject({ rcode: 'NOERROR', dnssec: 'secure' });
    const texts = found.records.flatMap(({ data }) => data);
    expect(texts.join('')).toHaveLength(3_000);
    const { entries } = await lab.dns.queries({ name: 'long.signed.test' });
    expect(entries.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  });

  test('a lost packet, a failure for a moment and a server without EDNS0 are outlived', async () => {
    for (const name of ['once.test', 'moment.test', 'old.test'])
      expect(await resolver({ tries: [1_000, 5_000] }).lookup(name, 'A')).toMatchObject({
        kind: 'answer',
        rcode: 'NXDOMAIN',
      });
  });

  test('queries come from ports of their own, with DNSSEC OK', async () => {
    await resolver().lookup('plain.test', 'MX');
    const { entries } = await lab.dns.queries({ name: 'plain.test' });
    expect(entries.length).toBeGreaterThan(1);
    expect(new Set(entries.map(({ source }) => source.port)).size).toBeGreaterThan(1);
    expect(entries.every(({ edns }) => edns?.dnssecOk === true && edns.udpPayloadSize === 1_232)).toBe(true);
  });

  test('the next server is asked where the first one is not there, and nobody beside those', async () => {
    const closed = { host: '127.0.0.1', port: 1 };
    const found = await resolver({ servers: [closed, server] }).lookup('signed.test', 'MX');
    expect(found).toMatchObject({ rcode: 'NOERROR', dnssec: 'secure' });
    expect(await resolver({ servers: [closed] }).lookup('signed.test', 'MX')).toMatchObject({
      kind: 'failed',
      failure: 'unreachable',
    });
  });

  test('without its root nothing is told to be secure or bogus', async () => {
    const misled = resolver({ rootAnchors: [`1 13 2 ${'00'.repeat(32)}`] });
    for (const name of ['signed.test', 'corrupt.test', 'plain.test'])
      expect(await misled.lookup(name, 'MX')).toMatchObject({ rcode: 'NOERROR', dnssec: 'indeterminate' });
  });
});
