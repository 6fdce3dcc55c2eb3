import { SMTPServer as Mended } from 'smtp-server';
import { SMTPServer as Vulnerable } from 'smtp-server-3.18.1';
import { describe, expect, test } from 'vitest';
import type { Target } from '../../harness/model/target.ts';
import { startReference } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

/**
 * Two releases of a real SMTP server, used in production elsewhere, as controls that mailspec has not
 * written: 3.18.1 carries an incomplete line from before TLS into the session, 3.19.9 and later do not.
 */
async function on(Server: typeof Mended, judge: (target: Target) => Promise<void>): Promise<void> {
  const reference = await startReference();
  const account = reference.target.accounts[0];
  if (!account) throw new Error('The reference target has no account.');
  const server = new Server({
    authOptional: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      if (username === account.login && password === account.password) done(null, { user: username });
      else done(new Error('Invalid credentials'));
    },
  });
  // A client that breaks TLS on purpose is reported as an error of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address();
  try {
    await judge({
      ...reference.target,
      name: 'smtp-server',
      endpoints: { submission: { host: '127.0.0.1', port } },
    });
  } finally {
    await new Promise<void>((resolve) => server.close(resolve));
    await reference.close();
  }
}

const injection = CHECKS.find(({ definition }) => definition.id === 'STLS-011');

describe('a real server that mailspec has not written', () => {
  test('smtp-server 3.18.1 fails STLS-011 by the incomplete line, and by nothing else', async () => {
    await on(Vulnerable, async (target) => {
      if (!injection) throw new Error('STLS-011 does not exist.');
      const result = await resultAgainst(injection, target);
      expect(result.verdict, explained(result)).toBe('fail');
      const failed = result.variants.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);
      expect(failed).toContain('submission/an incomplete line in one segment');
      expect(
        failed.every((name) => name.includes('incomplete line')),
        failed.join(', '),
      ).toBe(true);
    });
  });

  test('smtp-server 3.19.9 and later pass it', async () => {
    await on(Mended, async (target) => {
      if (!injection) throw new Error('STLS-011 does not exist.');
      const result = await resultAgainst(injection, target);
      expect(result.verdict, explained(result)).toBe('pass');
    });
  });
});
