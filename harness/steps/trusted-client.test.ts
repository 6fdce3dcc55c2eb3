import { expect, test } from 'vitest';
import { declaredInside, standingOf, trustOf } from './trusted-client.ts';

test.each([
  ['127.0.0.1', '127.0.0.5', 'it is a loopback address'],
  ['::1', '::1', 'it is the address of the server itself'],
  ['192.168.1.7', '10.0.0.2', 'it is a private address, as that of the server is'],
  ['fd00:1::7', 'fe80::1', 'it is a private address, as that of the server is'],
  ['203.0.113.7', '203.0.113.25', 'it lies in the network of the server'],
  ['2001:db8:0:1::7', '2001:db8:0:1::25', 'it lies in the network of the server'],
  ['2001:db8:1::25', '2001:db8:1:0:5054:ff:fe12:3456', 'it lies in the network of the server'],
  ['::ffff:203.0.113.7', '203.0.113.25', 'it lies in the network of the server'],
  // Translated on the way: the server sees another address.
  ['192.168.1.7', '203.0.113.25', undefined],
  ['198.51.100.7', '203.0.113.25', undefined],
  ['172.32.0.1', '172.16.0.1', undefined],
])('a client at %s of a server at %s: %s', (client, server, why) => {
  expect(trustOf(client, server)).toBe(why);
});

const near = {
  connection: { localAddress: '127.0.0.1:40000', remoteAddress: '127.0.0.5' },
} as unknown as Parameters<typeof standingOf>[1];

test('what is declared outweighs what addresses suggest', () => {
  const standing = (auditedFrom: 'inside' | 'outside' | undefined) =>
    standingOf(
      { target: { ...(auditedFrom ? { auditedFrom } : {}) } } as Parameters<typeof standingOf>[0],
      near,
    );
  expect(standing(undefined)).toEqual({
    client: '127.0.0.1',
    server: '127.0.0.5',
    trust: 'it is a loopback address',
  });
  expect(standing('outside').trust).toBeUndefined();
  expect(declaredInside({ auditedFrom: 'outside' })).toBeUndefined();
  expect(declaredInside({})).toBeUndefined();
  expect(declaredInside({ auditedFrom: 'inside' })?.why).toBe('environment');
});
