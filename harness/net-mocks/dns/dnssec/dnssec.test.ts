import { expect, test } from 'vitest';
import { createZoneStore } from '../lookup.ts';
import { lookUpPublished } from '../published.ts';
import { TYPE } from '../types.ts';
import { parseZone, type Zone } from '../zone.ts';
import { canonicalRecords } from './canonical.ts';
import { typeBitMaps } from './denial.ts';
import { createSigner } from './signer.ts';
import { delegationSigner, keyTag } from './zone-key.ts';

// That whole answers validate is seen by two independent validators: the one of the reference server
// (reference/outbound/dns) and unbound, in the image postfix-transport.

test('key tag and DS of the example in RFC 6605 6.1', () => {
  const key = 'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==';
  const dnskey = Buffer.concat([Buffer.from([1, 1, 3, 13]), Buffer.from(key, 'base64')]);
  expect(keyTag(dnskey)).toBe(55648);
  const ds = delegationSigner('Example.NET', dnskey);
  expect(ds.subarray(2, 4)).toEqual(Buffer.from([13, 2]));
  expect(ds.subarray(4).toString('hex')).toBe(
    'b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
  );
});

test('type bit maps of the example in RFC 4034 4.3', () => {
  const maps = Buffer.from(`0006400100000003041b${'00'.repeat(26)}20`, 'hex');
  expect(typeBitMaps([TYPE.A, TYPE.MX, TYPE.RRSIG, TYPE.NSEC, 1234])).toEqual(maps);
});

test('records are covered in lower case, sorted, each once', () => {
  const record = (exchange: string) => ({
    name: 'X.Test',
    type: TYPE.MX,
    ttl: 9,
    rdata: Buffer.concat([Buffer.from([0, 10, exchange.length]), Buffer.from(exchange), Buffer.from([0])]),
  });
  const covered = canonicalRecords([record('B'), record('a'), record('b')], 5).toString('latin1');
  const fixed = '\x01x\x04test\x00\x00\x0f\x00\x01\x00\x00\x00\x05\x00\x05';
  expect(covered).toBe(`${fixed}\x00\x0a\x01a\x00${fixed}\x00\x0a\x01b\x00`);
});

test('what is published is told to be secure, insecure or bogus', () => {
  const store = createZoneStore();
  const signer = createSigner(store);
  const publish = (origin: string, dnssec?: Zone['dnssec']) =>
    store.publish(
      parseZone(
        {
          origin,
          records: [{ name: `a.${origin}`, type: 'A', data: '127.0.0.1' }],
          ...(dnssec ? { dnssec } : {}),
        },
        'zone',
      ),
    );
  publish('plain.test');
  publish('below.plain.test', {});
  publish('signed.test', {});
  publish('bad.test', { flaws: [{ name: 'A.bad.test', type: 'A', signature: 'expired' }] });
  publish('key.test', { flaws: [{ type: 'DNSKEY', signature: 'corrupt' }] });
  publish('child.key.test', {});
  const security = (name: string) => lookUpPublished(store, signer, name, TYPE.A).dnssec;
  expect(security('a.plain.test')).toBe('insecure');
  expect(security('a.below.plain.test')).toBe('insecure');
  expect(security('a.signed.test')).toBe('secure');
  expect(security('none.signed.test')).toBe('secure');
  expect(security('a.bad.test')).toBe('bogus');
  expect(security('bad.test')).toBe('secure');
  expect(security('a.key.test')).toBe('bogus');
  expect(security('a.child.key.test')).toBe('bogus');
});
