import { afterEach, expect, test, vi } from 'vitest';
import { Inconclusive, type Pop3Client } from '../check/check.ts';
import type { LoginServices } from './imap-login.ts';
import { openPop3 } from './pop3-login.ts';

afterEach(() => vi.restoreAllMocks());

/** What a login has where a maildrop is held for so many tries, and this machine sleeps during every pause. */
function held(tries: number, { pauseMs, sleptMs }: { pauseMs: number; sleptMs: number }) {
  let clock = 0;
  let delay = 0;
  let logins = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const client = () => ({
    connection: { tls: true, close: () => undefined },
    capabilities: undefined,
    userPass: async () => {
      logins += 1;
      return logins > tries
        ? { status: '+OK', responseCode: null, text: '+OK' }
        : { status: '-ERR', responseCode: 'IN-USE', text: '-ERR [IN-USE] locked' };
    },
  });
  const services = {
    target: { endpoints: { pop3s: {} } },
    role: undefined,
    account: () => ({ login: 'alice', password: 'x', address: 'alice@example.test' }),
    mailboxes: { untilLogin: async () => undefined, loggedIn: () => undefined, makeRoom: () => undefined },
    pop3: async () => client(),
    ownDelay: () => delay,
    pause: async () => {
      clock += pauseMs;
      delay += sleptMs;
    },
    inconclusive: (cause: 'precondition', reason: string) => {
      throw new Inconclusive(cause, reason);
    },
  };
  return services as unknown as LoginServices & { pop3: () => Promise<Pop3Client> };
}

test('a maildrop that another session holds is waited for, and no time counts in which this machine slept', async () => {
  await expect(openPop3(held(4, { pauseMs: 10_000, sleptMs: 9_500 }))).resolves.toBeDefined();
});

test('the patience ends', async () => {
  await expect(openPop3(held(4, { pauseMs: 10_000, sleptMs: 0 }))).rejects.toThrow(/IN-USE/);
});
