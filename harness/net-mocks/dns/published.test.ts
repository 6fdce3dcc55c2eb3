import { beforeEach, expect, test } from 'vitest';
import { createSigner } from './dnssec/signer.ts';
import { createZoneStore, type ZoneStore } from './lookup.ts';
import { lookUpPublished } from './published.ts';
import { TYPE } from './types.ts';
import { parseZone, type ZoneRecord } from './zone.ts';

let zones: ZoneStore;
beforeEach(() => {
  zones = createZoneStore();
});

const publish = (...records: ZoneRecord[]): void =>
  zones.publish(parseZone({ origin: 'x.test', records }, 'zone'));

test.each([
  ['A', '192.0.2.1', '192.0.2.1'],
  ['AAAA', '2001:db8::1', '2001:db8::1'],
  ['PTR', 'a.test', 'a.test'],
  ['TXT', ['v=spf1 ', '-all'], ['v=spf1 ', '-all']],
  ['MX', { preference: 10, exchange: 'mx.x.test' }, { preference: 10, exchange: 'mx.x.test' }],
  [
    'SRV',
    { priority: 0, weight: 1, port: 587, target: 'mail.x.test' },
    { priority: 0, weight: 1, port: 587, target: 'mail.x.test' },
  ],
] as const)('%s is told in the form in which it is written', (type, data, told) => {
  publish({ name: 'n.x.test', type, data: typeof data === 'object' && 'length' in data ? [...data] : data });
  expect(lookUpPublished(zones, createSigner(zones), 'n.x.test', TYPE[type])).toEqual({
    rcode: 'NOERROR',
    dnssec: 'insecure',
    records: [{ name: 'n.x.test', type, ttl: 0, data: told }],
  });
});

test('aliases are followed, and each record on the way is told', () => {
  publish(
    { name: 'alias.x.test', type: 'CNAME', data: 'n.x.test' },
    { name: 'n.x.test', type: 'A', data: '192.0.2.1' },
  );
  const { records } = lookUpPublished(zones, createSigner(zones), 'alias.x.test', TYPE.A);
  expect(records.map(({ type, data }) => [type, data])).toEqual([
    ['CNAME', 'n.x.test'],
    ['A', '192.0.2.1'],
  ]);
});

test('what nobody published does not exist, and what cannot be read has no data', () => {
  publish(
    { name: 'n.x.test', type: 'A', raw: { hex: '01' } },
    { name: 'n.x.test', type: 'MX', raw: { hex: '01' } },
  );
  expect(lookUpPublished(zones, createSigner(zones), 'other.test', TYPE.A)).toEqual({
    rcode: 'NXDOMAIN',
    records: [],
    dnssec: 'secure',
  });
  expect(lookUpPublished(zones, createSigner(zones), 'n.x.test', TYPE.TXT)).toEqual({
    rcode: 'NOERROR',
    records: [],
    dnssec: 'insecure',
  });
  expect(lookUpPublished(zones, createSigner(zones), 'n.x.test', TYPE.A).records).toMatchObject([
    { type: 'A', data: null },
  ]);
  expect(lookUpPublished(zones, createSigner(zones), 'n.x.test', TYPE.MX).records).toMatchObject([
    { type: 'MX', data: null },
  ]);
});
