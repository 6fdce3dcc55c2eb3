import {
  type CheckBody,
  check,
  type Services,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { decisiveSmtpAnswer } from './decisive-answer.ts';

/** Credentials that are evaluated although they came in the clear are refused with this code (RFC 4954 §6). */
const CREDENTIALS_INVALID = 535;

function verifyRefused(verify: Verify, reply: SmtpReply, demand: string): void {
  verify.reply(reply, demand).codeClass(4, 5);
}

/** AUTH in the clear, in every form a client with stored settings would use. */
const refusesAuthInClear: CheckBody = async (services) => {
  const { smtp, variant, nonce, bytes, target } = services;
  const login = target.accounts[0]?.login ?? `probe-${nonce}@${target.domain}`;

  for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
    await variant(`AUTH ${mechanism} without a response`, async (verify) => {
      const reply = await decisiveSmtpAnswer(services, async () => {
        const client = await smtp({ at: 'ready' });
        const answer = await client.attempt(`AUTH ${mechanism}`);
        if (answer.kind === 'reply' && answer.reply.code === 334) await client.attempt('*');
        client.connection.close();
        return answer;
      });
      verifyRefused(verify, reply, `AUTH ${mechanism} before TLS is refused without a challenge`);
    });

    await variant(`AUTH ${mechanism} with a wrong password`, async (verify) => {
      const reply = await authenticate(services, mechanism, login, `wrong-${nonce}`);
      verifyRefused(verify, reply, `AUTH ${mechanism} before TLS is refused before the password counts`);
      verify.ideally.that(reply.code !== CREDENTIALS_INVALID, {
        demand: 'the refusal does not show that the password was evaluated in the clear',
        expected: `a refusal other than ${CREDENTIALS_INVALID}`,
        actual: `${reply.code}`,
      });
    });

    const account = services.cleartextAccount();
    if (!account) {
      services.note('No account permits its password in the clear; the right password was not tried.');
      continue;
    }
    await variant(`AUTH ${mechanism} with the right password`, async (verify) => {
      const reply = await authenticate(services, mechanism, account.login, account.password);
      verifyRefused(verify, reply, `AUTH ${mechanism} before TLS is refused even with the right password`);
    });
  }

  /** Sends the whole exchange as far as the server asks for it; a challenge is a finding by itself. */
  async function authenticate(
    from: Services,
    mechanism: 'PLAIN' | 'LOGIN',
    user: string,
    password: string,
  ): Promise<SmtpReply> {
    return decisiveSmtpAnswer(from, async () => {
      const client = await smtp({ at: 'ready' });
      const first = mechanism === 'PLAIN' ? `\0${user}\0${password}` : user;
      const answer = await client.attempt(`AUTH ${mechanism} ${bytes.base64(first)}`);
      const challenged = answer.kind === 'reply' && answer.reply.code === 334;
      // The password of AUTH LOGIN is only sent where it was asked for: that it was asked for is the finding.
      if (challenged) await client.attempt('*');
      client.connection.close();
      return answer;
    });
  }
};

const SENDS =
  'AUTH PLAIN and AUTH LOGIN without TLS: bare, with a wrong password, and where permitted with the right one';
const DEMANDS = 'every attempt is refused without a challenge';
const LIMITS = [
  'The right password is sent in the clear only for an account with allow-cleartext-secret; without one a server that accepts it without a challenge is not seen.',
] as const;

export const submissionRefusesHiddenAuth = check(
  {
    id: 'PTA-003',
    slug: 'submission-refuses-auth-before-tls',
    title: 'Port 587 refuses AUTH PLAIN and LOGIN before TLS even when they are not advertised',
    sends: SENDS,
    demands: DEMANDS,
    level: 'MUST',
    severity: 'critical',
    asStranger: true,
    clauses: ['rfc4954#4', 'rfc4954#9'],
    roles: ['submission'],
    needs: ['account'],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '20s',
    limits: LIMITS,
    kills: ['smtp-accepts-hidden-auth-before-tls', 'smtp-evaluates-password-before-tls'],
  },
  refusesAuthInClear,
);

export const mxRefusesHiddenAuth = check(
  {
    id: 'PTA-004',
    slug: 'mx-refuses-auth-before-tls',
    title: 'Port 25 refuses AUTH PLAIN and LOGIN before TLS even when they are not advertised',
    sends: SENDS,
    demands: DEMANDS,
    level: 'MUST',
    severity: 'critical',
    asStranger: true,
    clauses: ['rfc4954#4', 'rfc4954#9'],
    roles: ['mx'],
    needs: ['account'],
    effect: 'fails-logins',
    safety: 'safe',
    budget: '20s',
    limits: LIMITS,
    kills: ['mx-accepts-hidden-auth-before-tls', 'mx-advertises-plain-before-tls'],
  },
  refusesAuthInClear,
);
