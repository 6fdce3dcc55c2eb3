import { check, type Services } from '../../harness/check/check.ts';
import { INJECTION_CHECK, type Injection, judgeInjections, type UpgradeDialect } from './injection-trial.ts';

/** The tag of every injected command: only an answer with it shows an execution (RFC 9051 §6.2.1). */
const INJECTED = 'injected';

function imapDialect({ imap, role, notApplicable, bytes }: Services): UpgradeDialect {
  return {
    async open() {
      const client = await imap({ at: 'ready' });
      if (!client.capabilities?.has('STARTTLS')) {
        notApplicable(
          `${role} does not offer STARTTLS.`,
          `CAPABILITY ${[...(client.capabilities ?? [])].join(' ')}`,
        );
      }
      return {
        connection: client.connection,
        upgrade: bytes.line('up STARTTLS'),
        async readGoAhead() {
          const reply = await client.reply('up', 'the reply to STARTTLS');
          return { positive: reply.status === 'OK', line: reply.line };
        },
        async ownCommand() {
          // An incomplete line in front of it would change the tag, so any tagged response is taken.
          const tag = client.send('NOOP');
          for (;;) {
            const response = await client.next('the reply to NOOP');
            if (response.kind === 'untagged') continue;
            const asExpected = response.kind === 'tagged' && response.tag === tag && response.status === 'OK';
            return { asExpected, line: `NOOP with the tag ${tag} was answered ${response.line}` };
          }
        },
        async execute(command) {
          const reply = await client.command(command);
          return { positive: reply.status === 'OK', line: `${command} was answered ${reply.line}` };
        },
      };
    },
    // A continuation asks for the literal of a command. Untagged data, such as capabilities pushed after the handshake, is not an answer to anything.
    answersIn(octets) {
      const answers = octets
        .toString('latin1')
        .split('\n')
        .filter((text) => text.startsWith(`${INJECTED} `) || text.startsWith('+'));
      return Buffer.from(answers.join('\n'), 'latin1');
    },
  };
}

export const imapDiscardsInjectedCommands = check(
  {
    ...INJECTION_CHECK,
    id: 'STLS-013',
    slug: 'imap-discards-injected-commands',
    title: 'IMAP: data after STARTTLS in the same buffer is discarded or fed to TLS',
    sends:
      'STARTTLS with NOOP, CAPABILITY, a login, an open literal or an incomplete line after it: in the same segment, in a second one, and after the OK; then completes TLS, waits, and gives one command',
    demands:
      'no response with the tag of the injected command ever arrives; no incomplete line is continued inside TLS; no login remains',
    clauses: ['rfc9051#6.2.1', 'rfc2595#3.1', 'rfc3501#6.2.1'],
    roles: ['imap'],
    limits: ['The login variant needs an account that permits its password in the clear.'],
    kills: [
      'imap-executes-buffered-inside-tls',
      'imap-executes-buffered-in-clear',
      'imap-keeps-incomplete-line-across-tls',
    ],
  },
  async (services) => {
    const { bytes, cleartextAccount } = services;
    const noop = bytes.line(`${INJECTED} NOOP`);
    const incomplete = Buffer.from('x');
    const injections: Injection[] = [
      ['NOOP', noop, 'in one segment'],
      ['NOOP', noop, 'in a second segment'],
      ['NOOP', noop, 'after the go-ahead'],
      ['CAPABILITY', bytes.line(`${INJECTED} CAPABILITY`), 'in one segment'],
      // What the client says inside TLS would become a part of the login, or of a message by APPEND.
      ['an open literal', bytes.line(`${INJECTED} LOGIN {64}`), 'in one segment'],
      ['an incomplete line', incomplete, 'in one segment'],
      ['an incomplete line', incomplete, 'in a second segment'],
    ];
    const account = cleartextAccount();
    if (account) {
      const login = bytes.line(`${INJECTED} LOGIN "${account.login}" "${account.password}"`);
      injections.push(['LOGIN', login, 'in one segment', 'SELECT INBOX']);
    }
    await judgeInjections(services, imapDialect(services), injections);
  },
);
