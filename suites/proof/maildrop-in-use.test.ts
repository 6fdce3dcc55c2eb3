import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceOptions } from '../../harness/reference/server.ts';
import { line } from '../../harness/wire/bytes.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

/** The result of a check while somebody else has the maildrop of the first account, for so many milliseconds. */
async function whileHeld(id: string, options: ReferenceOptions, ms: number) {
  const check = CHECKS.find(({ definition }) => definition.id === id);
  if (!check) throw new Error(`There is no check ${id}.`);
  const { server, access, close } = await startReferenceInLab(options);
  const { endpoints, accounts } = server.target;
  const [account] = accounts;
  if (!endpoints.pop3s || !account) throw new Error('The reference has no pop3s, or no account.');
  const holder = connect({ ...endpoints.pop3s, rejectUnauthorized: false });
  const over = new AbortController();
  try {
    await answered(holder);
    await answered(holder, `USER ${account.login}`);
    expect(await answered(holder, `PASS ${account.password}`)).toMatch(/^\+OK/);
    const released = delay(ms, undefined, { signal: over.signal })
      .then(() => answered(holder, 'QUIT'))
      .catch(() => undefined);
    const result = await resultAgainst(check, server.target, access);
    over.abort();
    await released;
    return result;
  } finally {
    holder.destroy();
    await close();
  }
}

async function answered(socket: TLSSocket, command?: string): Promise<string> {
  if (command !== undefined) socket.write(line(command));
  const [octets] = await once(socket, 'data');
  return String(octets);
}

const NEVER = 600_000;

test.each(['PTA-005', 'STLS-019'])(
  '%s: who says that the maildrop is in use took the password in the clear',
  async (id) => {
    const result = await whileHeld(id, { faults: ['pop3-accepts-user-pass-before-tls'] }, NEVER);
    expect(result.verdict, explained(result)).toBe('fail');
  },
);

test.each(['STLS-015', 'POP3-010'])('%s waits for the maildrop', async (id) => {
  const result = await whileHeld(id, {}, 2_000);
  expect(result.verdict, explained(result)).toBe('pass');
});
