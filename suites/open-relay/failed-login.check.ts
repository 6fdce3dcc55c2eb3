import { check, type Services, type SmtpClient } from '../../harness/check/check.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill } from './forms.ts';
import { NO_RELAY_CLAUSES, RELAY_CHECK } from './relay-check.ts';
import { type Outcome, probeMessage, transact } from './transaction.ts';
import { judgeRelaying, observe, type Trial } from './trials.ts';

/** Lines of an exchange that ends without a login, behind each of which a reply comes. */
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
    limits: ['One wrong password per port.'],
    kills: ['failed-login-grants-relay', 'cancelled-login-grants-relay'],
  },
  async (services) => {
    const { lab, smtp, account, notApplicable } = services;
    lab().assertUntrusted();
    const probe = await smtp({ at: 'tls' });
    const { capabilities } = probe;
    probe.connection.close();
    if (!capabilities?.mechanisms.includes('PLAIN')) {
      notApplicable(
        'AUTH PLAIN is not offered.',
        `EHLO inside TLS lists ${[...(capabilities?.keywords.keys() ?? [])].join(' ')}`,
      );
    }
    const { address } = account();
    const fields = createFields(services);
    const trials: Trial[] = [];
    for (const [name, lines] of Object.entries(brokenExchanges(services))) {
      const values = await fields();
      const envelope = { sender: `<${address}>`, recipient: fill(ELSEWHERE, values) };
      const message = probeMessage(services, { token: values.token, from: address });
      trials.push({
        name: `behind ${name}`,
        token: values.token,
        async attempt() {
          const client = await smtp({ at: 'tls' });
          try {
            return (
              (await failToLogIn(services, client, lines)) ?? (await transact(client, envelope, message))
            );
          } catch (failure) {
            // Whoever fails to log in may be shown the door; the next command meets it closed.
            if (client.connection.ended) return { kind: 'closed', stage: 'AUTH' };
            throw failure;
          } finally {
            client.connection.close();
          }
        },
      });
    }
    await judgeRelaying(services, await observe(services, trials));
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
    if (reply.code === 421) return { kind: 'refused', stage: 'AUTH', reply };
    if (reply.code !== 334 && line !== lines.at(-1)) break;
  }
  return undefined;
}
