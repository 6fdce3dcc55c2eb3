import { check, type Pop3Reply, type Services, takesCredentials } from '../../harness/check/check.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { type Begun, beginByPop3 } from './begin-exchange.ts';
import { LOGGING_IN, READING, verifyNoPlaintext } from './mechanisms.ts';

/** The response code that says that credentials were looked at (RFC 3206 §4). */
const CREDENTIALS_EVALUATED = 'AUTH';
const REFUSED = { statuses: ['-ERR'], closed: true } as const;

export const pop3RefusesUserPass = check(
  {
    ...LOGGING_IN,
    id: 'PTA-005',
    slug: 'pop3-refuses-user-pass-before-stls',
    title: 'POP3 on 110 refuses USER and PASS before STLS',
    sends:
      'USER without STLS; where it is taken, PASS with a wrong password and, where permitted, with the right one',
    demands: 'USER is refused, so that the password is never asked for',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc2595#2.3', 'rfc8314#4'],
    roles: ['pop3'],
    budget: '15s',
    kills: ['pop3-accepts-user-pass-before-tls', 'pop3-solicits-password-before-tls'],
  },
  async ({ pop3, verify, account, cleartextAccount, nonce, inconclusive }) => {
    const { login } = account();
    const probe = await pop3();
    const user = await probe.command(`USER ${login}`);
    const refused = verify.ideally.reply(user, 'USER is refused before STLS').status('-ERR');
    if (refused) return;
    const wrong = await probe.command(`PASS wrong-${nonce}`);
    probe.connection.close();
    verify.reply(wrong, 'a wrong password is refused').status('-ERR');
    const permitted = cleartextAccount();
    if (!permitted) {
      const upgrading = await pop3();
      const stls = await upgrading.command('STLS');
      upgrading.connection.close();
      // Where there is no other way to log in, the password that is asked for is taken.
      if (stls.status !== '+OK' && stls.responseCode !== 'SYS/TEMP') {
        verify.missed('a password is asked for only where it could come inside TLS', {
          expected: 'USER refused, or STLS taken',
          actual: `USER ${user.line}, STLS ${stls.line}`,
        });
        return;
      }
      return inconclusive(
        'precondition',
        'USER was accepted, and no account permits its right password in the clear.',
      );
    }
    const client = await pop3();
    const decisive = await client.userPass(permitted.login, permitted.password);
    // Whoever says that another session has the maildrop has taken the password.
    verify.that(!takesCredentials(decisive), {
      demand: 'the right password does not log in before STLS',
      expected: '-ERR',
      actual: decisive.line,
    });
  },
);

export const pop3ListsNoPlaintext = check(
  {
    ...READING,
    overIpv6: ipv6Answers,
    id: 'PTA-006',
    slug: 'pop3-lists-no-plaintext-login',
    title: 'POP3 CAPA before STLS lists neither USER nor plaintext SASL mechanisms',
    sends: 'CAPA without STLS',
    demands: 'neither USER nor a SASL mechanism that carries a reusable secret is listed',
    level: 'SHOULD',
    severity: 'medium',
    clauses: ['rfc2595#9', 'rfc5034#4'],
    roles: ['pop3'],
    kills: ['pop3-lists-plain-before-tls'],
  },
  async ({ pop3, verify }) => {
    const client = await pop3();
    const { reply, capabilities, mechanisms } = await client.capa();
    if (!capabilities) {
      const stls = await client.command('STLS');
      client.connection.close();
      verify.ideally.that(stls.status !== '+OK', {
        demand: 'a server with STLS tells by CAPA what it demands',
        expected: 'CAPA answered',
        actual: `CAPA answered ${reply.line}, STLS ${stls.line}`,
      });
      return;
    }
    verifyNoPlaintext(verify, mechanisms, 'CAPA before STLS lists no plaintext SASL mechanism');
    verify.that(!capabilities.has('USER'), {
      demand: 'CAPA before STLS does not list USER',
      expected: 'no USER',
      actual: [...capabilities.keys()].join(' ') || 'an empty list',
    });
  },
);

export const pop3RefusesSasl = check(
  {
    ...LOGGING_IN,
    id: 'PTA-007',
    slug: 'pop3-refuses-sasl-before-stls',
    title: 'POP3 AUTH PLAIN and LOGIN are refused before STLS',
    sends:
      'AUTH PLAIN and AUTH LOGIN without STLS: bare, with a wrong password, and where permitted with the right one',
    demands: 'every attempt gets -ERR without a continuation',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc5034#4', 'rfc2595#2.3', 'rfc2595#6'],
    roles: ['pop3'],
    budget: '20s',
    kills: ['pop3-accepts-sasl-plain-before-tls'],
  },
  async (services) => {
    const { variant, account, cleartextAccount, nonce, bytes } = services;
    const { login } = account();
    await assertSaslExists(services);

    for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
      const begin = (user: string, password: string) => {
        const response = mechanism === 'PLAIN' ? `\0${user}\0${password}` : user;
        return beginByPop3(services, `AUTH ${mechanism} ${bytes.base64(response)}`);
      };

      let bare: Begun<Pop3Reply> | undefined;
      await variant(`AUTH ${mechanism} without a response`, async (verify) => {
        bare = await beginByPop3(services, `AUTH ${mechanism}`);
        verify.answer(bare, `AUTH ${mechanism} before STLS gets no continuation`, REFUSED);
      });
      await variant(`AUTH ${mechanism} with a wrong password`, async (verify) => {
        const begun = await begin(login, `wrong-${nonce}`);
        verify.answer(begun, `AUTH ${mechanism} before STLS is refused`, REFUSED);
        if (begun.kind !== 'reply') return;
        const { reply } = begun;
        // Dovecot says [AUTH] to everything before STLS, also where there was no password to look at.
        const isUsual = bare?.kind === 'reply' && bare.reply.line === reply.line;
        const evaluated = reply.responseCode === CREDENTIALS_EVALUATED && !isUsual;
        verify.ideally.that(!evaluated, {
          demand: 'the refusal does not show that the password was evaluated in the clear',
          expected: 'the refusal of an attempt without a password, or one without [AUTH]',
          actual: reply.line,
        });
      });
      const permitted = cleartextAccount();
      if (!permitted) continue;
      await variant(`AUTH ${mechanism} with the right password`, async (verify) => {
        const begun = await begin(permitted.login, permitted.password);
        verify.answer(
          begun,
          `AUTH ${mechanism} before STLS is refused even with the right password`,
          REFUSED,
        );
      });
    }
  },
);

/** A server that has no AUTH command, before STLS or inside it, has nothing to refuse. */
async function assertSaslExists({ pop3, notApplicable, inconclusive, note }: Services): Promise<void> {
  const clear = await looked('ready');
  if (clear.exists) return;
  if (!clear.offersTls) {
    note('STLS is not offered, so it cannot be seen whether AUTH exists at all; the refusal counts.');
    return;
  }
  if (!(await looked('tls')).exists)
    notApplicable('The server has no POP3 AUTH.', 'refused and not listed, before STLS and inside TLS');

  async function looked(at: 'ready' | 'tls') {
    const client = await pop3({ at });
    const { capabilities, mechanisms } = await client.capa();
    const answer = await client.attempt('AUTH PLAIN');
    if (answer.kind === 'silence') inconclusive('timeout', `No reply to AUTH within ${answer.waitedMs} ms.`);
    const exists = mechanisms.length > 0 || (answer.kind === 'reply' && answer.reply.status !== '-ERR');
    client.connection.close();
    return { exists, offersTls: capabilities?.has('STLS') ?? false };
  }
}
