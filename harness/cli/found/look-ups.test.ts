import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFault } from '../../net-mocks/dns/faults.ts';
import { type DnsServer, startDnsServer } from '../../net-mocks/dns/server.ts';
import { parseZone } from '../../net-mocks/dns/zone.ts';
import type { Looked } from '../../public-dns/lookup.ts';
import { lookUpsBy, lookUpsIn } from './look-ups.ts';

let dns: DnsServer;
beforeAll(async () => {
  dns = await startDnsServer({ address: '127.0.0.1', port: 0, tcp: true });
  const records = [
    { name: 'example.test', type: 'MX', data: { preference: 10, exchange: 'mail.example.test' } },
    { name: 'null.example.test', type: 'MX', data: { preference: 0, exchange: '.' } },
    { name: 'alias.example.test', type: 'CNAME', data: 'mail.example.test' },
    { name: 'mail.example.test', type: 'A', data: '127.0.0.1' },
    { name: 'mail.example.test', type: 'AAAA', data: '::1' },
    {
      name: '_imaps._tcp.example.test',
      type: 'SRV',
      data: { priority: 0, weight: 1, port: 993, target: 'mail.example.test' },
    },
    { name: '_pop3._tcp.example.test', type: 'SRV', data: { priority: 0, weight: 0, port: 0, target: '.' } },
  ];
  dns.zones.publish(parseZone({ origin: 'example.test', records }, 'zone'));
});
afterAll(() => dns.close());

const { signal } = new AbortController();
const asking = () => lookUpsBy(`127.0.0.1:${dns.endpoint.port}`, signal);

test('asks the name server that is named, and no other', async () => {
  const { mx, srv, addresses } = asking();
  expect(await mx('example.test')).toEqual({
    kind: 'found',
    records: [{ exchange: 'mail.example.test', preference: 10 }],
  });
  expect(await srv('_imaps._tcp.example.test')).toEqual({
    kind: 'found',
    records: [{ target: 'mail.example.test', port: 993, priority: 0, weight: 1 }],
  });
  expect(await addresses('mail.example.test')).toEqual({ kind: 'found', records: ['127.0.0.1', '::1'] });
});

test('tells a null MX, a service that is not offered, no records and no name', async () => {
  const { mx, srv, addresses } = asking();
  expect(await mx('null.example.test')).toEqual({
    kind: 'found',
    records: [{ exchange: '', preference: 0 }],
  });
  expect(await srv('_pop3._tcp.example.test')).toMatchObject({ kind: 'found', records: [{ target: '' }] });
  expect(await mx('mail.example.test')).toEqual({ kind: 'none', exists: true });
  expect(await mx('nobody.example.test')).toEqual({ kind: 'none', exists: false });
  expect(await addresses('nobody.example.test')).toEqual({ kind: 'none', exists: false });
});

test('says of a server that fails that it cannot tell', async () => {
  const { mx, addresses } = asking();
  dns.faults.set(parseFault({ name: 'broken.test', effect: 'servfail' }, 'fault'));
  expect(await mx('broken.test')).toEqual({ kind: 'failed', code: 'SERVFAIL' });
  expect(await addresses('broken.test')).toEqual({ kind: 'failed', code: 'SERVFAIL' });
});

test('an alias in front of a record is no record', async () => {
  const { addresses } = asking();
  expect(await addresses('alias.example.test')).toEqual({ kind: 'found', records: ['127.0.0.1', '::1'] });
});

test.each([
  ['secure', { kind: 'found', records: [{ exchange: 'mail.example.test', preference: 10 }] }],
  ['indeterminate', { kind: 'found', records: [{ exchange: 'mail.example.test', preference: 10 }] }],
  ['bogus', { kind: 'failed', code: 'does not validate: the signature is over' }],
] as const)('an answer that is %s', async (dnssec, expected) => {
  const answer: Looked = {
    kind: 'answer',
    rcode: 'NOERROR',
    records: [
      {
        name: 'example.test',
        type: 'MX',
        ttl: 60,
        data: { preference: 10, exchange: 'mail.example.test.' },
      },
    ],
    dnssec,
    why: 'the signature is over',
  };
  expect(await lookUpsIn({ lookup: async () => answer }, null).mx('example.test')).toEqual(expected);
});

test('a record that cannot be read is no answer', async () => {
  const records = [{ name: 'example.test', type: 'MX', ttl: 60, data: null }];
  const lookup = async (): Promise<Looked> => ({
    kind: 'answer',
    rcode: 'NOERROR',
    records,
    dnssec: 'insecure',
    why: '',
  });
  expect(await lookUpsIn({ lookup }, null).mx('example.test')).toEqual({
    kind: 'failed',
    code: 'unreadable',
  });
});

test.each(['ns.example.test', '192.0.2.53:0', '[192.0.2.53', '192.0.2.53:70000', ''])(
  '"%s" is no address of a name server',
  (given) => {
    expect(() => lookUpsBy(given, signal)).toThrow(/^--resolver takes the address of a name server/);
  },
);

test('addresses of both families are taken, with a port and without', () => {
  for (const given of ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53'])
    expect(() => lookUpsBy(given, signal)).not.toThrow();
});
