import { expect, test } from 'vitest';
import type { Services } from '../../harness/check/services.ts';
import { attempt } from './attempt.ts';
import type { Author } from './author.ts';

const author: Author = { address: 'author@signs.test', domain: 'signs.test', sight: 'recorded' };

/** A server that records these results, one letter after the other, and the letters that it was given. */
function recording(...results: readonly string[]) {
  const tokens: string[] = [];
  const left = [...results];
  const some: Partial<Record<keyof Services, unknown>> = {
    note: () => undefined,
    offer: async () => ({ disposition: 'accepted', stage: 'DATA', code: 250, line: '250 ok' }),
    inMailbox: async ({ token }: { readonly token: string }) => {
      tokens.push(token);
      return { mailbox: 'INBOX', results: [{ method: 'dkim', result: left.shift(), properties: new Map() }] };
    },
  };
  let count = 0;
  const write = () => ({ author, token: `letter-${++count}`, content: Buffer.from('A letter') });
  return { services: some as Services, write, tokens };
}

test('what the DNS failed at for a moment is tried once more, by a letter of its own', async () => {
  const { services, write, tokens } = recording('temperror', 'pass');
  expect((await attempt(services, write)).results[0]?.result).toBe('pass');
  expect(tokens).toEqual(['letter-1', 'letter-2']);
});

test('a server to which it fails every time has recorded that', async () => {
  const { services, write } = recording('temperror', 'temperror', 'pass');
  expect((await attempt(services, write)).results[0]?.result).toBe('temperror');
});

test('any other result is taken at once', async () => {
  const { services, write, tokens } = recording('fail', 'pass');
  expect((await attempt(services, write)).results[0]?.result).toBe('fail');
  expect(tokens).toHaveLength(1);
});
