import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { ehloLists } from '../../harness/steps/extensions.ts';
import { assertStranger } from '../../harness/steps/trusted-client.ts';
import { type Approach, judgeApproaches } from './approaches.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { type Outcome, refused } from './transaction.ts';

/** Lines of an exchange that ends without a login, after each of which a reply comes. */
function brokenExchanges({ bytes, account, nonce }: Services): Readonly<Record<string, readonly string[]>> {
  const wrong = bytes.base64(`\0${account().login}\0wrong-${nonce}`);
  return {
    'a wrong password': [`AUTH PLAIN ${wrong}`],
    'a cancelled exchange': ['AUTH PLAIN', '*'],
    'another mechanism in the middle of an exchange': ['AUTH PLAIN', 'AUTH LOGIN'],
  };
}

export const failedLoginGrantsNothing = check(
  {
    ...RELAY_CHECK,
    id: 'RLY-012',
    slug: 'failed-login-grants-nothing',
    title: 'Failed or aborted authentication leaves no relay rights',
    sends:
      'AUTH with a wrong password, an exchange that is cancelled, and one that is broken by another command; then, without RSET, a message from the account to somebody elsewhere',
    roles: ['mx', 'submission', 'submissions'],
    clauses: [...NO_RELAY_CLAUSES, 'rfc4954#4'],
    needs: ['account', 'dns', 'sink'],
    effect: 'fails-logins',
    limits: [...RELAY_CHECK.limits, 'One wrong password per port.'],
    kills: ['failed-login-grants-relay', 'cancelled-login-grants-relay'],
  },
  async (services) => {
    const { smtp, account, notApplicable } = services;
    assertStranger(services);
    const probe = await smtp({ at: 'tls' });
    probe.connection.close();
    if (!probe.capabilities?.mechanisms.includes('PLAIN'))
      notApplicable('AUTH PLAIN is not offered.', `inside TLS ${ehloLists(probe)}`);
    const approaches = Object.entries(brokenExchanges(services)).map(
      ([name, lines]): Approach => ({
        name: `after ${name}`,
        author: account().address,
        open: () => smtp({ at: 'tls' }),
        begin: (client) => failToLogIn(services, client, lines),
        // Whoever fails to log in may be shown the door; the next command meets it closed.
        closedAt: 'AUTH',
      }),
    );
    await judgeApproaches(services, approaches);
  },
);

/** Sends the lines; an outcome where the server ended the connection. */
async function failToLogIn(
  { inconclusive }: Services,
  client: SmtpClient,
  lines: readonly string[],
): Promise<Outcome | undefined> {
  for (const line of lines) {
    const answer = await client.attempt(line);
    if (answer.kind === 'closed') return { kind: 'closed', stage: 'AUTH' };
    if (answer.kind === 'silence')
      return inconclusive('timeout', `No answer to AUTH within ${answer.waitedMs} ms.`);
    const { reply } = answer;
    if (reply.code === 235)
      return inconclusive('precondition', `A login that must fail succeeded: ${reply.text}`);
    if (reply.code === 421) return refused('AUTH', reply);
    if (reply.code !== 334 && line !== lines.at(-1)) break;
  }
  return undefined;
}
