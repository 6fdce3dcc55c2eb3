import { check, type Services } from '../../harness/check/check.ts';
import { INJECTION_CHECK, type Injection, judgeInjections, type UpgradeDialect } from './injection-trial.ts';

function pop3Dialect({ pop3, role, notApplicable, bytes }: Services): UpgradeDialect {
  return {
    async open() {
      const client = await pop3({ at: 'ready' });
      const keywords = client.capabilities?.keywords;
      if (keywords && !keywords.has('STLS')) {
        notApplicable(`${role} does not offer STLS.`, `CAPA lists ${[...keywords.keys()].join(' ')}`);
      }
      return {
        connection: client.connection,
        upgrade: bytes.line('STLS'),
        async readGoAhead() {
          const reply = await client.reply('the reply to STLS');
          return { positive: reply.status === '+OK', line: reply.line };
        },
        async ownCommand() {
          const { reply, capabilities } = await client.capa();
          const listed = capabilities ? `, with ${[...capabilities.keys()].join(' ')}` : '';
          return {
            asExpected: reply.status === '+OK' && capabilities !== undefined,
            line: `CAPA was answered ${reply.line}${listed}`,
          };
        },
        async execute(command) {
          const reply = await client.command(command);
          return { positive: reply.status === '+OK', line: `${command} was answered ${reply.line}` };
        },
      };
    },
    answersIn: (octets) => octets,
  };
}

export const pop3DiscardsInjectedCommands = check(
  {
    ...INJECTION_CHECK,
    id: 'STLS-012',
    slug: 'pop3-discards-injected-commands',
    title: 'POP3: commands pipelined behind STLS are never executed',
    sends:
      'STLS with CAPA, a login or an incomplete line behind it: in the same segment, in a second one, and behind the +OK; then completes TLS, waits, and gives one command',
    demands:
      'nothing received before the handshake is answered, in the clear, inside TLS or late; no incomplete line is continued inside TLS; no login remains',
    clauses: ['rfc2595#4', 'rfc2595#9', 'rfc9325#3.2'],
    roles: ['pop3'],
    limits: ['The login variant needs an account that permits its password in the clear.'],
    kills: [
      'pop3-executes-buffered-inside-tls',
      'pop3-executes-buffered-in-clear',
      'pop3-keeps-incomplete-line-across-tls',
    ],
  },
  async (services) => {
    const { bytes, cleartextAccount } = services;
    const capa = bytes.line('CAPA');
    const incomplete = Buffer.from('X-');
    const injections: Injection[] = [
      ['CAPA', capa, 'in one segment'],
      ['CAPA', capa, 'in a second segment'],
      ['CAPA', capa, 'behind the go-ahead'],
      ['an incomplete line', incomplete, 'in one segment'],
      ['an incomplete line', incomplete, 'in a second segment'],
    ];
    const account = cleartextAccount();
    if (account) {
      const login = bytes.lines(`USER ${account.login}`, `PASS ${account.password}`);
      injections.push(['USER and PASS', login, 'in one segment', 'STAT']);
    }
    await judgeInjections(services, pop3Dialect(services), injections);
  },
);
