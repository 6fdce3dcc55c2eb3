import { expect, test } from 'vitest';
import { overlaps } from './link.ts';

test.each([
  ['198.18.25.8/29', '198.18.25.10/24', true],
  ['198.18.25.8/29', '198.18.25.10/32', true],
  ['198.18.25.8/29', '198.18.0.1/15', true],
  ['198.18.25.8/29', '198.18.25.2/29', false],
  ['198.18.25.8/29', '198.18.25.16/32', false],
  ['198.18.25.0/28', '198.18.25.8/32', true],
  ['198.18.25.0/28', '198.18.25.16/29', false],
  ['198.18.25.8/29', '172.17.0.1/16', false],
])('a network at %s and the machine in %s: %s', (subnet, network, expected) => {
  expect(overlaps(subnet, ['127.0.0.1/8', network])).toBe(expected);
});
