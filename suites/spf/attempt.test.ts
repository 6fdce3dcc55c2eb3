import { expect, test } from 'vitest';
import type { Services } from '../../harness/check/services.ts';
import { attempt } from './attempt.ts';

/** A server that records these results, one message after the other, and the domains that were published for it. */
function recording(...results: readonly string[]) {
  const domains: string[] = [];
  const left = [...results];
  const some: Partial<Record<keyof Services, unknown>> = {
    lab: () => ({
      addresses: { sink: '198.51.100.5' },
      vantages: [{ name: 'first', address: '203.0.113.10', network: '203.0.113.0/24' }],
      domain: (label: string) => `${label}.test`,
      dns: { publish: async (domain: string) => void domains.push(domain), queries: async () => [{}] },
    }),
    nonce: '0123',
    helloName: 'probe.mailspec.test',
    imprint: { fields: [], lines: [] },
    account: () => ({ address: 'alice@example.test' }),
    bytes: { lines: () => Buffer.alloc(0) },
    note: () => undefined,
    offer: async () => ({ disposition: 'accepted', stage: 'DATA', code: 250, line: '250 ok' }),
    inMailbox: async () => ({
      results: [{ field: 'Received-SPF', method: 'spf', result: left.shift(), properties: new Map() }],
    }),
  };
  return { services: some as Services, domains };
}

const probe = { label: 'exchangers', zone: 'v=spf1 mx -all' };

test('what the DNS failed at for a moment is tried once more, under another name', async () => {
  const { services, domains } = recording('temperror', 'permerror');
  const { results } = await attempt(services, probe);
  expect(results[0]?.result).toBe('permerror');
  expect(new Set(domains).size).toBe(2);
});

test('the other name is that of no other probe', async () => {
  const { services, domains } = recording('temperror', 'fail', 'temperror', 'fail');
  await attempt(services, { ...probe, label: 'case-14' });
  await attempt(services, { ...probe, label: 'case-15' });
  expect(new Set(domains).size).toBe(4);
});

test('a server to which it fails every time has recorded that', async () => {
  const { services } = recording('temperror', 'temperror', 'pass');
  expect((await attempt(services, probe)).results[0]?.result).toBe('temperror');
});

test('any other result is taken at once', async () => {
  const { services, domains } = recording('fail', 'pass');
  expect((await attempt(services, probe)).results[0]?.result).toBe('fail');
  expect(domains).toHaveLength(1);
});
