import { createLab, type Lab, type Zone } from 'net-mocks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TYPE } from './message.ts';
import { createValidatingResolver, type ValidatingResolver } from './validating-resolver.ts';

const RECORDS = (origin: string): Zone['records'] => [
  { name: origin, type: 'MX', data: { preference: 10, exchange: `MX.${origin}` } },
  { name: `mx.${origin}`, type: 'A', data: '127.0.0.1' },
  { name: `alias.${origin}`, type: 'CNAME', data: `mx.${origin}` },
  { name: `*.wild.${origin}`, type: 'A', data: '127.0.0.2' },
  {
    name: `_25._tcp.mx.${origin}`,
    type: 'TLSA',
    data: { usage: 3, selector: 1, matchingType: 1, certificate: 'ab'.repeat(32) },
  },
];

describe('a resolver that validates what the lab has signed', () => {
  let lab: Lab;
  let resolver: ValidatingResolver;

  beforeEach(async () => {
    lab = await createLab();
    const { dns } = await lab.endpoints();
    const { dnskey } = await lab.dns.trustAnchor();
    resolver = createValidatingResolver({
      server: { host: dns.address, port: dns.port },
      anchor: dnskey.split(' ').at(-1),
    });
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
        flawed('corrupt.test', { signature: 'corrupt' }),
        flawed('badkey.test', { type: 'DNSKEY', signature: 'corrupt' }),
        flawed('expired.test', { signature: 'expired' }),
        flawed('unsigned-a.test', { name: 'mx.unsigned-a.test', type: 'A', signature: 'missing' }),
      ],
    });
  });
  afterEach(async () => {
    resolver.cancel();
    await lab.close();
  });

  test.each([
    ['signed.test', TYPE.MX, 'found secure'],
    ['Signed.Test', TYPE.MX, 'found secure'],
    ['mx.signed.test', TYPE.A, 'found secure'],
    ['_25._tcp.mx.signed.test', TYPE.TLSA, 'found secure'],
    ['alias.signed.test', TYPE.A, 'found secure'],
    ['any.wild.signed.test', TYPE.A, 'found secure'],
    ['any.wild.signed.test', TYPE.TXT, 'absent secure'],
    ['mx.sub.signed.test', TYPE.A, 'found secure'],
    ['mx.signed.test', TYPE.TXT, 'absent secure'],
    ['_tcp.mx.signed.test', TYPE.TLSA, 'absent secure'],
    ['_25._tcp.other.signed.test', TYPE.TLSA, 'absent secure'],
    ['a.b.c.signed.test', TYPE.A, 'absent secure'],
    ['nowhere.test', TYPE.A, 'absent secure'],
    ['plain.test', TYPE.MX, 'found insecure'],
    ['_25._tcp.mx.plain.test', TYPE.TLSA, 'found insecure'],
    ['other.plain.test', TYPE.A, 'absent insecure'],
    ['mx.open.signed.test', TYPE.A, 'found insecure'],
    ['mx.below.plain.test', TYPE.A, 'found insecure'],
    ['corrupt.test', TYPE.MX, 'failed'],
    ['other.corrupt.test', TYPE.A, 'failed'],
    ['badkey.test', TYPE.MX, 'failed'],
    ['expired.test', TYPE.MX, 'failed'],
    ['unsigned-a.test', TYPE.MX, 'found secure'],
    ['mx.unsigned-a.test', TYPE.A, 'failed'],
  ] as const)('%s %i: %s', async (name, type, expected) => {
    const found = await resolver.lookup(name, type);
    expect(found.kind === 'failed' ? found.kind : `${found.kind} ${found.security}`).toBe(expected);
  });

  test('what is hidden by a fault is absent with a proof; other faults are failures', async () => {
    await lab.dns.setFaults({
      faults: [
        { name: 'mx.signed.test', type: 'A', effect: 'nodata' },
        { name: 'alias.signed.test', effect: 'nxdomain' },
        { name: 'signed.test', type: 'TXT', effect: 'servfail' },
        { name: 'signed.test', type: 'MX', effect: 'truncate' },
      ],
    });
    expect(await resolver.lookup('mx.signed.test', TYPE.A)).toMatchObject({
      kind: 'absent',
      security: 'secure',
    });
    expect(await resolver.lookup('alias.signed.test', TYPE.A)).toMatchObject({
      kind: 'absent',
      security: 'secure',
    });
    expect(await resolver.lookup('signed.test', TYPE.TXT)).toMatchObject({ kind: 'failed' });
    expect(await resolver.lookup('signed.test', TYPE.MX)).toMatchObject({
      kind: 'found',
      security: 'secure',
    });
  });

  test('without its anchor nothing is secure, and with a wrong one nothing holds', async () => {
    const { dns } = await lab.endpoints();
    const server = { host: dns.address, port: dns.port };
    const blind = createValidatingResolver({ server, anchor: undefined });
    expect(await blind.lookup('signed.test', TYPE.MX)).toMatchObject({ security: 'insecure' });
    const misled = createValidatingResolver({ server, anchor: Buffer.alloc(64).toString('base64') });
    expect(await misled.lookup('signed.test', TYPE.MX)).toMatchObject({ kind: 'failed' });
  });
});
