import { check, MAILDROP, type Services, type Verify } from '../../harness/check/check.ts';
import {
  disposableAccount,
  type LoginAttempts,
  verifyFailedLogins,
} from '../../harness/steps/failed-logins.ts';
import { openPop3 } from '../../harness/steps/pop3-login.ts';

/** Octets of a command, CRLF included, that every server takes (RFC 2449 §4). */
const COMMAND_OCTETS = 255;

export const failedLoginsTellNothing = check(
  {
    id: 'POP3-011',
    slug: 'failed-logins-tell-nothing',
    title: 'Failed logins reveal nothing and are limited; long commands and pipelining are handled',
    sends:
      'a command of 255 octets and one of 10000; a login in one segment where PIPELINING is listed; wrong passwords for a known and an unknown user, and ten in a row',
    demands:
      'known and unknown users are refused alike, guessing is slowed, and commands are answered in order',
    level: 'SHOULD',
    severity: 'medium',
    clauses: [
      'rfc1939#13',
      'rfc1939#4',
      'rfc1939#7',
      'rfc2449#4',
      'rfc2449#6.6',
      'rfc2449#8.1.1',
      'rfc2449#6.2',
      'rfc3206#5',
    ],
    roles: ['pop3', 'pop3s'],
    needs: ['account'],
    effect: 'disturbs',
    ownAddress: true,
    safety: 'intrusive',
    budget: '150s',
    resources: [MAILDROP],
    limits: ['May lock the account or ban the address of the audit; runs last.'],
    kills: ['pop3-reveals-unknown-user', 'auth-accepts-any-password', 'auth-never-slows-down'],
  },
  async (services) => {
    const { variant, pop3, bytes } = services;
    disposableAccount(services);
    // The right password must work, or a refusal of wrong ones says nothing.
    await (await openPop3(services)).quit();
    await variant('long commands', async (verify) => {
      const client = await pop3({ at: 'tls' });
      const padding = COMMAND_OCTETS - bytes.line('USER ').length;
      const answer = await client.attempt(`USER ${'x'.repeat(padding)}`);
      verify.answer(answer, 'a command of 255 octets is answered', { statuses: ['+OK', '-ERR'] });
      client.connection.close();
      const other = await pop3({ at: 'tls' });
      const refusal = await other.attempt(`USER ${'x'.repeat(9_993)}`);
      verify.ideally.answer(refusal, 'a command of 10000 octets is refused', {
        statuses: ['-ERR'],
        closed: true,
      });
    });
    await variant('pipelining', (verify) => pipelined(services, verify));
    await variant('known and unknown users', (verify) =>
      verifyFailedLogins(services, verify, () => attempts(services)),
    );
  },
);

/** Logins by USER and PASS. */
async function attempts({ pop3 }: Services): Promise<LoginAttempts> {
  const client = await pop3({ at: 'tls' });
  return {
    connection: client.connection,
    async indication(login, password) {
      const user = await client.command(`USER ${login}`);
      if (user.status !== '+OK') return { words: user.line, isTaken: false };
      const pass = await client.attempt(`PASS ${password}`);
      const said = pass.kind === 'reply' ? pass.reply.line : pass.kind;
      const isTaken = pass.kind === 'reply' && pass.reply.status === '+OK';
      return { words: `${user.line} / ${said}`, isTaken };
    },
    async guess(login, password) {
      const user = await client.attempt(`USER ${login}`);
      return user.kind === 'reply' ? client.attempt(`PASS ${password}`) : user;
    },
  };
}

async function pipelined(services: Services, verify: Verify): Promise<void> {
  const { pop3, bytes, account, notApplicable } = services;
  const { login, password } = account();
  const client = await pop3({ at: 'tls' });
  const { capabilities } = await client.capa();
  if (!capabilities?.has('PIPELINING'))
    notApplicable('PIPELINING is not offered.', `CAPA lists ${[...(capabilities?.keys() ?? [])].join(' ')}`);
  if (!capabilities?.has('USER')) notApplicable('USER is not offered.', 'CAPA does not list USER');
  client.raw(bytes.lines(`USER ${login}`, `PASS ${password}`, 'STAT', 'LIST', 'QUIT'), [
    Buffer.from(password),
  ]);
  const forms = { USER: /^\+OK/, PASS: /^\+OK/, STAT: /^\+OK \d+ \d+/, LIST: /^\+OK/, QUIT: /^\+OK/ };
  for (const [command, form] of Object.entries(forms)) {
    const reply = await client.reply(`the reply to ${command}`);
    const held = verify.ideally.matches(reply.line, form, {
      demand: `${command}, the next of five commands in one segment, is answered in its turn`,
      expected: String(form),
    });
    if (!held) return;
    if (command === 'LIST') await client.multiline(reply, 'the lines of LIST');
  }
}
