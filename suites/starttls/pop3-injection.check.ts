import { check, type Services } from '../../harness/check/check.ts';
import { INJECTION_CHECK, type Injection, judgeInjections, type UpgradeDialect } from './injection-trial.ts';

/** CAPA, or where the server has none the only other command that needs no login. */
async function harmlessCommand({ pop3 }: Services): Promise<'CAPA' | 'QUIT'> {
  const client = await pop3({ at: 'ready' });
  client.connection.close();
  return client.capabilities ? 'CAPA' : 'QUIT';
}

function pop3Dialect(
  { pop3, role, notApplicable, bytes }: Services,
  command: 'CAPA' | 'QUIT',
): UpgradeDialect {
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
          if (reply.status !== '+OK' && !keywords)
            notApplicable(`${role} has neither CAPA nor STLS.`, reply.line);
          return { positive: reply.status === '+OK', line: reply.line };
        },
        async ownCommand() {
          if (command === 'QUIT') {
            const { status, line } = await client.command(command);
            return { asExpected: status === '+OK', line: `QUIT was answered ${line}` };
          }
          const { reply, capabilities } = await client.capa();
          const listed = capabilities ? `, with ${[...capabilities.keys()].join(' ')}` : '';
          return {
            asExpected: reply.status === '+OK' && capabilities !== undefined,
            line: `CAPA was answered ${reply.line}${listed}`,
          };
        },
        async execute(trace) {
          const reply = await client.command(trace);
          return { positive: reply.status === '+OK', line: `${trace} was answered ${reply.line}` };
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
    title: 'POP3: commands pipelined after STLS are never executed',
    sends:
      'STLS with CAPA, a login or an incomplete line after it: in the same segment, in a second one, and after the +OK; then completes TLS, waits, and gives one command',
    demands:
      'nothing received before the handshake is answered, in the clear, inside TLS or late; no incomplete line is continued inside TLS; no login remains',
    clauses: ['rfc2595#4', 'rfc9325#3.2'],
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
    const command = await harmlessCommand(services);
    const harmless = bytes.line(command);
    const incomplete = Buffer.from('X-');
    const injections: Injection[] = [
      [command, harmless, 'in one segment'],
      [command, harmless, 'in a second segment'],
      [command, harmless, 'after the go-ahead'],
      ['an incomplete line', incomplete, 'in one segment'],
      ['an incomplete line', incomplete, 'in a second segment'],
    ];
    const account = cleartextAccount();
    // After a login that took effect, STAT shows it; QUIT would end the session first.
    if (account && command === 'CAPA') {
      const login = bytes.lines(`USER ${account.login}`, `PASS ${account.password}`);
      injections.push(['USER and PASS', login, 'in one segment', 'STAT']);
    }
    await judgeInjections(services, pop3Dialect(services, command), injections);
  },
);
