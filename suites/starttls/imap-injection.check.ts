import { check, type Services } from '../../harness/check/check.ts';
import {
  benignTwin,
  injectionTrial,
  type Timing,
  type UpgradeDialect,
  type UpgradeSession,
} from './injection-trial.ts';

/** The tag of every injected command: only an answer with it shows an execution (RFC 9051 §6.2.1). */
const INJECTED = 'injected';

function imapDialect({ imap, role, notApplicable, bytes }: Services, trace: string | null): UpgradeDialect {
  return {
    async open(): Promise<UpgradeSession> {
      const client = await imap({ at: 'ready' });
      if (!client.capabilities?.has('STARTTLS')) {
        notApplicable(
          `${role} does not offer STARTTLS.`,
          `CAPABILITY ${[...(client.capabilities ?? [])].join(' ')}`,
        );
      }
      const session: UpgradeSession = {
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
      };
      if (trace === null) return session;
      return {
        ...session,
        async trace() {
          const reply = await client.command(trace);
          return { effect: reply.status === 'OK', line: `${trace} was answered ${reply.line}` };
        },
      };
    },
    // Untagged data, such as capabilities pushed after the handshake, is not an answer to anything.
    answersIn(octets) {
      const answers = octets
        .toString('latin1')
        .split('\n')
        .filter((text) => text.startsWith(`${INJECTED} `));
      return Buffer.from(answers.join('\n'), 'latin1');
    },
    refuses: (octets) => /(^|\n)(\* BYE|injected (BAD|NO)) /.test(octets.toString('latin1')),
  };
}

export const imapDiscardsInjectedCommands = check(
  {
    id: 'STLS-013',
    slug: 'imap-discards-injected-commands',
    title: 'IMAP: data after STARTTLS in the same buffer is discarded or fed to TLS',
    sends:
      'STARTTLS with NOOP, CAPABILITY, a login or an incomplete line behind it: in the same segment, in a second one, and behind the OK; then completes TLS, waits, and gives one command',
    demands:
      'no response with the tag of the injected command ever arrives; no incomplete line is continued inside TLS; no login remains',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc9051#6.2.1'],
    roles: ['imap'],
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '60s',
    limits: ['The login variant needs an account that permits its password in the clear.'],
    kills: [
      'imap-executes-buffered-inside-tls',
      'imap-executes-buffered-in-clear',
      'imap-keeps-incomplete-line-across-tls',
    ],
  },
  async (services) => {
    const { variant, bytes, cleartextAccount } = services;
    await benignTwin(services, imapDialect(services, null));

    const trial = (name: string, injected: Buffer, timing: Timing, trace: string | null = null) =>
      variant(`${name} ${timing}`, async (verify) => {
        const dialect = imapDialect(services, trace);
        if (trace !== null) await benignTwin(services, dialect);
        await injectionTrial(services, dialect, verify, injected, timing);
      });
    await trial('NOOP', bytes.line(`${INJECTED} NOOP`), 'in one segment');
    await trial('NOOP', bytes.line(`${INJECTED} NOOP`), 'in a second segment');
    await trial('NOOP', bytes.line(`${INJECTED} NOOP`), 'behind the go-ahead');
    await trial('CAPABILITY', bytes.line(`${INJECTED} CAPABILITY`), 'in one segment');
    await trial('an incomplete line', Buffer.from('x'), 'in one segment');
    await trial('an incomplete line', Buffer.from('x'), 'in a second segment');
    const account = cleartextAccount();
    if (!account) return;
    const login = bytes.line(`${INJECTED} LOGIN "${account.login}" "${account.password}"`);
    await trial('LOGIN', login, 'in one segment', 'SELECT INBOX');
  },
);
