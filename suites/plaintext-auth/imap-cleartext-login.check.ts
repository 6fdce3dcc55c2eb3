import { check } from '../../harness/check/check.ts';
import { announcement } from '../../harness/steps/announcement.ts';
import { ipv6Answers } from '../../harness/steps/controls/ipv6-answers.ts';
import { beginByImap } from './begin-exchange.ts';
import { LOGGING_IN, READING, verifyNoPlaintext } from './mechanisms.ts';

/** Response codes of a failed LOGIN: the credentials were evaluated, or TLS is demanded (RFC 5530 §3). */
const EVALUATED = 'AUTHENTICATIONFAILED';
const TLS_DEMANDED = 'PRIVACYREQUIRED';
const REFUSED = { statuses: ['NO', 'BAD'], closed: true } as const;

export const imapAdvertisesLogindisabled = check(
  {
    ...READING,
    overIpv6: ipv6Answers,
    id: 'PTA-008',
    slug: 'imap-advertises-logindisabled',
    title: 'IMAP on 143 advertises LOGINDISABLED before STARTTLS',
    sends: 'CAPABILITY without STARTTLS',
    demands: 'LOGINDISABLED is listed',
    level: 'MUST',
    severity: 'high',
    clauses: [
      'rfc3501#6.2.3',
      'rfc3501#11.2',
      'rfc3501#6.1.1',
      'rfc3501#7.2.1',
      'rfc9051#6.2.3',
      'rfc9051#11.7',
      'rfc9051#6.1.1',
      'rfc9051#7.2.2',
      'rfc2595#3.2',
    ],
    roles: ['imap'],
    kills: ['imap-omits-logindisabled', 'imap-greeting-capabilities-disagree'],
  },
  async ({ imap, verify }) => {
    const client = await imap();
    const greeted = client.greeting.capabilities;
    await client.capability();
    const capabilities = client.capabilities ?? new Set<string>();
    verify.that(capabilities.has('LOGINDISABLED'), {
      demand: 'CAPABILITY before STARTTLS lists LOGINDISABLED',
      expected: 'LOGINDISABLED',
      actual: [...capabilities].join(' '),
    });
    if (!greeted) return;
    verify.ideally.that(greeted.has('LOGINDISABLED') === capabilities.has('LOGINDISABLED'), {
      demand: 'greeting and CAPABILITY agree on LOGINDISABLED',
      expected: 'the same in both',
      actual: `greeting ${[...greeted].join(' ')}`,
    });
  },
);

export const imapRefusesLogin = check(
  {
    ...LOGGING_IN,
    id: 'PTA-009',
    slug: 'imap-refuses-login-before-starttls',
    title: 'IMAP LOGIN is refused before STARTTLS even with correct credentials',
    sends: 'LOGIN without STARTTLS, with a wrong password and where permitted with the right one',
    demands: 'both get NO or BAD, in the same words',
    level: 'MUST',
    severity: 'critical',
    clauses: [
      'rfc3501#6.2.3',
      'rfc3501#11.2',
      'rfc3501#7.2.1',
      'rfc9051#6.2.3',
      'rfc9051#11.7',
      'rfc9051#7.2.2',
      'rfc2595#2.3',
      'rfc2595#3.2',
    ],
    roles: ['imap'],
    budget: '15s',
    limits: [
      'Without an account that permits its password in the clear, a server that neither lists LOGINDISABLED nor says why it refuses cannot be judged.',
    ],
    kills: ['imap-accepts-login-before-tls', 'imap-refuses-right-password-differently'],
  },
  async ({ imap, verify, account, cleartextAccount, nonce, inconclusive }) => {
    const { login } = account();
    const probe = await imap({ at: 'ready' });
    const disabled = probe.capabilities?.has('LOGINDISABLED') ?? false;
    const wrong = await probe.login(login, `wrong-${nonce}`);
    probe.connection.close();
    verify.reply(wrong, 'LOGIN with a wrong password is refused before STARTTLS').status('NO', 'BAD');
    const permitted = cleartextAccount();
    if (permitted) {
      const client = await imap();
      const right = await client.login(permitted.login, permitted.password);
      const refused = verify
        .reply(right, 'LOGIN with the right password is refused before STARTTLS')
        .status('NO', 'BAD');
      if (!refused) return;
      verify.ideally.equal(
        withoutTag(right.line),
        withoutTag(wrong.line),
        'right and wrong passwords are refused in the same words',
      );
      return;
    }
    const explained = disabled || wrong.code === TLS_DEMANDED;
    if (wrong.code === EVALUATED || !explained) {
      inconclusive(
        'precondition',
        `The wrong password was refused (${wrong.text}), and no account permits the right one in the clear.`,
      );
    }
  },
);

export const imapRefusesAuthenticate = check(
  {
    ...LOGGING_IN,
    id: 'PTA-010',
    slug: 'imap-refuses-authenticate-before-starttls',
    title: 'IMAP neither lists nor accepts AUTHENTICATE PLAIN or LOGIN before STARTTLS',
    sends:
      'CAPABILITY, AUTHENTICATE PLAIN and LOGIN without STARTTLS: bare, with a wrong password, where permitted with the right one',
    demands: 'no plaintext mechanism is listed, and every attempt gets NO or BAD without a continuation',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc3501#6.2.2', 'rfc3501#11.2', 'rfc9051#6.2.2', 'rfc9051#11.7', 'rfc2595#2.3', 'rfc2595#6'],
    roles: ['imap'],
    budget: '20s',
    kills: ['imap-accepts-authenticate-before-tls'],
  },
  async (services) => {
    const { variant, verify, account, cleartextAccount, nonce, bytes } = services;
    const { login } = account();
    const { connection, mechanisms } = await announcement(services, { at: 'ready' });
    connection.close();
    verifyNoPlaintext(verify.ideally, mechanisms, 'no plaintext mechanism is listed before STARTTLS');

    for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
      await variant(`AUTHENTICATE ${mechanism} without a response`, async (own) => {
        const begun = await beginByImap(services, `AUTHENTICATE ${mechanism}`);
        own.answer(begun, `AUTHENTICATE ${mechanism} before STARTTLS gets no continuation`, REFUSED);
      });
    }
    await variant('AUTHENTICATE PLAIN with a wrong password', async (own) => {
      const begun = await beginByImap(
        services,
        `AUTHENTICATE PLAIN ${bytes.base64(`\0${login}\0wrong-${nonce}`)}`,
      );
      own.answer(begun, 'AUTHENTICATE PLAIN before STARTTLS is refused', REFUSED);
    });
    const permitted = cleartextAccount();
    if (!permitted) return;
    await variant('AUTHENTICATE PLAIN with the right password', async (own) => {
      const response = bytes.base64(`\0${permitted.login}\0${permitted.password}`);
      const begun = await beginByImap(services, `AUTHENTICATE PLAIN ${response}`);
      own.answer(
        begun,
        'AUTHENTICATE PLAIN before STARTTLS is refused even with the right password',
        REFUSED,
      );
    });
  },
);

export const imapNeverPreauthenticates = check(
  {
    ...READING,
    id: 'PTA-014',
    slug: 'imap-never-preauthenticates-in-clear',
    title: 'IMAP never sends PREAUTH on an unprotected connection',
    sends: 'nothing: three connections whose greeting is read',
    demands: 'the greeting is OK, because PREAUTH rules STARTTLS out for the whole session',
    level: 'SHOULD',
    severity: 'high',
    clauses: ['rfc9051#7.1.4'],
    roles: ['imap'],
    kills: ['imap-sends-preauth'],
  },
  async ({ imap, verify }) => {
    for (let visit = 1; visit <= 3; visit += 1) {
      const { greeting, connection } = await imap();
      verify.reply(greeting, 'the greeting in the clear is not PREAUTH').status('OK', 'BYE');
      connection.close();
    }
  },
);

function withoutTag(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}
