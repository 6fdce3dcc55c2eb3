import {
  check,
  type Services,
  type SmtpClient,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { authClient, plain } from './inside-tls.ts';
import { FAILED_LOGINS } from './submission-check.ts';

/** A client that was asked for its response to AUTH PLAIN. */
async function challenged(services: Services): Promise<SmtpClient> {
  const client = await authClient(services);
  const challenge = await client.command('AUTH PLAIN');
  if (challenge.code !== 334)
    services.inconclusive('precondition', `AUTH PLAIN is not challenged: ${challenge.text}`);
  return client;
}

/** The reply that the text demands, another permanent refusal being tolerated. */
function expectRefusal(verify: Verify, reply: SmtpReply, demand: string, code: number): void {
  const refused = verify.reply(reply, demand).codeClass(5);
  if (refused) verify.ideally.reply(reply, `${demand} with ${code}`).code(code);
}

export const saslErrorsAreHandled = check(
  {
    id: 'SUB-008',
    slug: 'sasl-errors-are-handled',
    title: 'SASL exchange error handling: cancel, bad base64, unknown mechanism, unexpected initial response',
    sends:
      '"*" after a challenge, responses that are not base64, an unknown mechanism, an initial response to CRAM-MD5; NOOP after each',
    demands: '501, 501, 504 and 501, and the session stays usable',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc4954#4'],
    ...FAILED_LOGINS,
    budget: '40s',
    kills: [
      'auth-cancel-ignored',
      'auth-accepts-bad-base64',
      'auth-unknown-mechanism-other-code',
      'auth-unknown-mechanism-challenged',
    ],
  },
  async (services) => {
    const { variant, target } = services;
    const probe = await authClient(services);
    const mechanisms = probe.capabilities?.mechanisms ?? [];
    probe.connection.close();

    const staysUsable = async (client: SmtpClient, verify: Verify) => {
      const answer = await client.attempt('NOOP');
      verify.answer(answer, 'the session stays usable', { codeClasses: [2] });
    };
    const afterChallenge = (name: string, response: string) =>
      variant(name, async (verify) => {
        const client = await challenged(services);
        const answer = await client.attempt(response);
        if (answer.kind !== 'reply') {
          verify.answer(answer, `${name} gets a final reply`, { codeClasses: [5] });
          return;
        }
        expectRefusal(verify, answer.reply, `${name} is refused`, 501);
        if (answer.reply.code >= 500) await staysUsable(client, verify);
      });
    if (mechanisms.includes('PLAIN')) {
      await afterChallenge('a cancelled exchange', '*');
      await afterChallenge('a response outside base64', '!!!notb64');
      await afterChallenge('a response that begins with padding', '=AAA');
      await afterChallenge('a response with padding inside', 'AAA=BBB');
      const [account] = target.accounts;
      if (account) {
        // A decoder that skips what it does not know would log in by this.
        const right = plain(services, account);
        const foreign = `${right.slice(0, 4)}!${right.slice(4)}`;
        await afterChallenge('right credentials with a foreign character', foreign);
      }
    }
    await variant('an unknown mechanism', async (verify) => {
      const client = await authClient(services);
      expectRefusal(verify, await client.command('AUTH X-NOSUCH'), 'an unknown mechanism is refused', 504);
      await staysUsable(client, verify);
    });
    if (mechanisms.includes('CRAM-MD5')) {
      await variant('an initial response to CRAM-MD5', async (verify) => {
        const client = await authClient(services);
        const reply = await client.command('AUTH CRAM-MD5 dGVzdA==');
        const demand = 'an initial response to a mechanism in which the server speaks first is refused';
        expectRefusal(verify, reply, demand, 501);
        await staysUsable(client, verify);
      });
    }
  },
);

export const longResponsesFailCleanly = check(
  {
    id: 'SUB-009',
    slug: 'long-responses-fail-cleanly',
    title: 'Long authentication lines up to 12288 octets are handled; longer ones fail cleanly',
    sends: 'wrong credentials in base64 lines of 4096, 12000 and 20000 octets after a challenge, and NOOP',
    demands: 'one permanent refusal each, after which NOOP works',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc4954#4'],
    ...FAILED_LOGINS,
    budget: '30s',
    kills: ['auth-long-response-becomes-command', 'auth-long-response-hangs'],
  },
  async (services) => {
    const { variant, nonce, bytes, target } = services;
    for (const octets of [4_096, 12_000, 20_000]) {
      await variant(`${octets} octets`, async (verify) => {
        const client = await challenged(services);
        const head = `\0probe-${nonce}@${target.domain}\0`;
        const response = bytes.base64(head.padEnd((octets / 4) * 3, 'x'));
        const answer = await client.attempt(response);
        if (answer.kind !== 'reply') {
          verify.answer(answer, 'the long response gets a reply', { codeClasses: [4, 5] });
          return;
        }
        verify.reply(answer.reply, 'the long response is refused').codeClass(4, 5);
        const surplus = await client.connection.watch(target.timing.quietMs);
        verify.nothing(surplus, 'the long response gets one reply, not several');
        const after = await client.attempt('NOOP');
        // Ending the session after the refusal is clean, though not what the text asks for.
        const strength = after.kind === 'closed' ? verify.ideally : verify;
        strength.answer(after, 'NOOP works after the refusal', { codeClasses: [2] });
      });
    }
  },
);
