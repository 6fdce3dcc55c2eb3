import { check, type Services } from '../../harness/check/check.ts';
import { disposableAccount } from '../../harness/steps/failed-logins.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { plain, submissionClient } from './inside-tls.ts';

const ATTEMPTS = 20;
/** Failures that a person makes in good faith (RFC 4954 §9). */
const TOLERATED = 3;
/** A failure that takes this much longer than the first ones counts as slowed down, in milliseconds. */
const SLOWDOWN_MS = 500;

export const guessingIsLimited = check(
  {
    id: 'SUB-020',
    slug: 'guessing-is-limited',
    title: 'Repeated failed logins are tolerated three times, then slowed or limited',
    sends: 'up to 20 wrong passwords, on as few connections as the server permits, then the right one',
    demands:
      'at least three failures are tolerated on a connection, and some delay, disconnection or block appears within twenty',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc4954#9'],
    roles: ['submission', 'submissions'],
    needs: ['account'],
    effect: 'disturbs',
    ownAddress: true,
    safety: 'intrusive',
    budget: '150s',
    limits: [
      'Whether a block strikes the address or the account can only be told from a second source address; that is not looked at.',
      'May lock the account or ban the address of the audit; runs last.',
    ],
    kills: ['auth-drops-after-first-failure', 'auth-never-slows-down'],
  },
  async (services) => {
    const { verify } = services;
    const { failures, limit, line } = await guess(services);
    const disconnected = limit === 'disconnected';
    const tolerated = verify.that(failures >= TOLERATED, {
      demand: `the connection survives the first ${TOLERATED} failures`,
      expected: `at least ${TOLERATED} failures on a connection`,
      actual: disconnected
        ? `the end of the connection after failure ${failures}: ${line}`
        : `${failures} failures`,
    });
    if (disconnected && !tolerated) return;
    verify.ideally.that(limit !== null, {
      demand: `guessing is slowed or limited within ${ATTEMPTS} attempts`,
      expected: 'a delay, a refusal to go on, or the end of the connection',
      actual: limit ?? `${failures} failures at full speed`,
    });
  },
);

/** Guesses on one connection until something limits it. */
async function guess(services: Services) {
  const { nonce } = services;
  const { login } = disposableAccount(services);
  const client = await submissionClient(services);
  const times: number[] = [];
  let line = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const started = performance.now();
    const wrong = plain(services, { login, password: `wrong-${nonce}-${attempt}` });
    const answer = await client.attempt(`AUTH PLAIN ${wrong}`);
    times.push(performance.now() - started);
    if (answer.kind === 'closed')
      return { failures: times.length - 1, limit: 'disconnected', line: answer.how } as const;
    const failures = times.length;
    if (answer.kind === 'silence') return { failures, limit: 'silenced', line: 'no reply' } as const;
    line = lineOf(answer.reply);
    if (answer.reply.code === 235)
      services.inconclusive('precondition', `A wrong password was accepted: ${answer.reply.text}`);
    if (answer.reply.code === 421) return { failures, limit: 'disconnected', line } as const;
    // A server that announces the end by its reply, and closes then, is seen at the next attempt.
    const slowest = Math.max(...times);
    if (slowest >= SLOWDOWN_MS && failures > TOLERATED)
      return { failures, limit: `slowed down to ${Math.round(slowest)} ms`, line } as const;
  }
  return { failures: times.length, limit: null, line } as const;
}
