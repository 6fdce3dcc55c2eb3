import { expect, test } from 'vitest';
import { reversedAddress } from './reversed-address.ts';

// The examples of RFC 5782 §2.1 and §2.4, and what else an address may look like.
test.each([
  ['192.0.2.99', '99.2.0.192'],
  ['2001:db8:1:2:3:4:567:89ab', 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2'],
  ['2001:DB8::89AB', `b.a.9.8.${'0.'.repeat(20)}8.b.d.0.1.0.0.2`],
  ['::1', `1${'.0'.repeat(31)}`],
  ['3fff:113::', `${'0.'.repeat(24)}3.1.1.0.f.f.f.3`],
])('the name of %s begins with %s', (address, expected) => {
  expect(reversedAddress(address)).toBe(expected);
});
