import { expect, expectTypeOf, it } from 'vitest';
import { camelCased } from './camel-case.ts';

it('writes names as code does, and leaves values as they are', () => {
  const renamed = camelCased({
    'public-mx': true,
    op25b: { declared: false },
    'non-sending-domains': ['a-b'],
  });
  expect(renamed).toEqual({ publicMx: true, op25b: { declared: false }, nonSendingDomains: ['a-b'] });
  expectTypeOf(renamed.nonSendingDomains).toEqualTypeOf<readonly string[]>();
});

it('ends names with a unit', () => {
  expect(camelCased({ reply: 1, 'retry-after': [2] }, 'Ms')).toEqual({ replyMs: 1, retryAfterMs: [2] });
});

it('has no name for what was not said', () => {
  const given: { 'client-records'?: string } = {};
  expect(Object.keys(camelCased(given))).toEqual([]);
  expectTypeOf(camelCased(given)).toEqualTypeOf<{ readonly clientRecords?: string }>();
});
