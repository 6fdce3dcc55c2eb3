import { expect, test } from 'vitest';
import type { Services } from '../../harness/check/services.ts';
import { attempt, wordsOf } from './trial.ts';

/** A server that records these results of DMARC, one message after the other, and the tokens it was asked for. */
function recording(...results: readonly string[]) {
  const tokens: string[] = [];
  const left = [...results];
  const some: Partial<Record<keyof Services, unknown>> = {
    lab: () => ({ vantages: [{ name: 'first' }], domain: (label: string) => `${label}.test` }),
    nonce: '0123',
    helloName: 'probe.mailspec.test',
    imprint: { fields: [], lines: [] },
    account: () => ({ address: 'alice@example.test' }),
    bytes: { lines: () => Buffer.alloc(0) },
    authentication: { dkim: { signingKey: async () => null, signed: (message: Buffer) => message } },
    offer: async () => ({ disposition: 'accepted', stage: 'DATA', code: 250, line: '250 ok' }),
    inMailbox: async ({ token }: { readonly token: string }) => {
      tokens.push(token);
      return {
        mailbox: 'INBOX',
        results: [{ method: 'dmarc', result: left.shift(), properties: new Map() }],
      };
    },
  };
  return { services: some as Services, tokens };
}

const trial = { name: 'aligned', author: 'author@relaxed.test', sender: 'author@relaxed.test' };

test('what the DNS failed at for a moment is tried once more, as a message of its own', async () => {
  const { services, tokens } = recording('temperror', 'pass');
  expect(wordsOf(await attempt(services, trial))).toBe('delivered to INBOX, dmarc=pass');
  expect(new Set(tokens).size).toBe(2);
});

test('a server to which it fails every time has recorded that', async () => {
  const { services } = recording('temperror', 'temperror', 'pass');
  expect(wordsOf(await attempt(services, trial))).toBe('delivered to INBOX, dmarc=temperror');
});

test('any other result is taken at once', async () => {
  const { services, tokens } = recording('fail', 'pass');
  expect(wordsOf(await attempt(services, trial))).toBe('delivered to INBOX, dmarc=fail');
  expect(tokens).toHaveLength(1);
});
