import {
  type CheckBody,
  type CheckDefinition,
  check,
  type SmtpReply,
  type Verify,
} from '../../harness/check/check.ts';
import { CREDENTIALS_INVALID } from '../../harness/steps/refused-until-tls.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { type Begun, beginBySmtp } from './begin-exchange.ts';
import { LOGGING_IN } from './mechanisms.ts';

function verifyRefused(verify: Verify, begun: Begun<SmtpReply>, demand: string): void {
  verify.answer(begun, demand, { codeClasses: [4, 5], closed: true });
}

/** AUTH in the clear, in every form a client with stored settings would use. */
const refusesAuthInClear: CheckBody = async (services) => {
  const { variant, nonce, bytes, target } = services;
  const login = target.accounts[0]?.login ?? `probe-${nonce}@${target.domain}`;

  for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
    // The password of AUTH LOGIN is only sent where it was asked for: that it was asked for is the finding.
    const authenticate = (user: string, password: string) =>
      beginBySmtp(
        services,
        `AUTH ${mechanism} ${bytes.base64(mechanism === 'PLAIN' ? `\0${user}\0${password}` : user)}`,
      );

    await variant(`AUTH ${mechanism} without a response`, async (verify) => {
      const begun = await beginBySmtp(services, `AUTH ${mechanism}`);
      verifyRefused(verify, begun, `AUTH ${mechanism} before TLS is refused without a challenge`);
    });

    await variant(`AUTH ${mechanism} with a wrong password`, async (verify) => {
      const begun = await authenticate(login, `wrong-${nonce}`);
      verifyRefused(verify, begun, `AUTH ${mechanism} before TLS is refused before the password counts`);
      if (begun.kind !== 'reply') return;
      verify.ideally.that(begun.reply.code !== CREDENTIALS_INVALID, {
        demand: 'the refusal does not show that the password was evaluated in the clear',
        expected: `a refusal other than ${CREDENTIALS_INVALID}`,
        actual: lineOf(begun.reply),
      });
    });

    const account = services.cleartextAccount();
    if (!account) {
      services.note('No account permits its password in the clear; the right password was not tried.');
      continue;
    }
    await variant(`AUTH ${mechanism} with the right password`, async (verify) => {
      const begun = await authenticate(account.login, account.password);
      verifyRefused(verify, begun, `AUTH ${mechanism} before TLS is refused even with the right password`);
    });
  }
};

/** What the checks of both ports have in common. */
const HIDDEN_AUTH = {
  ...LOGGING_IN,
  sends:
    'AUTH PLAIN and AUTH LOGIN without TLS: bare, with a wrong password, and where permitted with the right one',
  demands: 'every attempt is refused without a challenge',
  level: 'MUST',
  severity: 'critical',
  clauses: ['rfc4954#4', 'rfc4954#9'],
  budget: '20s',
  limits: [
    'The right password is sent in the clear only for an account with allow-cleartext-secret; without one a server that accepts it without a challenge is not seen.',
  ],
} as const satisfies Partial<CheckDefinition>;

export const submissionRefusesHiddenAuth = check(
  {
    ...HIDDEN_AUTH,
    id: 'PTA-003',
    slug: 'submission-refuses-auth-before-tls',
    title: 'Port 587 refuses AUTH PLAIN and LOGIN before TLS even when they are not advertised',
    roles: ['submission'],
    kills: ['smtp-accepts-hidden-auth-before-tls', 'smtp-evaluates-password-before-tls'],
  },
  refusesAuthInClear,
);

export const mxRefusesHiddenAuth = check(
  {
    ...HIDDEN_AUTH,
    id: 'PTA-004',
    slug: 'mx-refuses-auth-before-tls',
    title: 'Port 25 refuses AUTH PLAIN and LOGIN before TLS even when they are not advertised',
    roles: ['mx'],
    kills: ['mx-accepts-hidden-auth-before-tls', 'mx-advertises-plain-before-tls'],
  },
  refusesAuthInClear,
);
