import { check, type Services } from '../../harness/check/check.ts';
import {
  benignTwin,
  injectionTrial,
  type Timing,
  type UpgradeDialect,
  type UpgradeSession,
} from './injection-trial.ts';

/** A command inside TLS that only succeeds where an injected one took effect. */
interface Trace {
  readonly command: string;
}

function pop3Dialect({ pop3, role, notApplicable, bytes }: Services, trace: Trace | null): UpgradeDialect {
  return {
    async open(): Promise<UpgradeSession> {
      const client = await pop3({ at: 'ready' });
      const keywords = client.capabilities?.keywords;
      if (keywords && !keywords.has('STLS')) {
        notApplicable(`${role} does not offer STLS.`, `CAPA lists ${[...keywords.keys()].join(' ')}`);
      }
      const session: UpgradeSession = {
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
      };
      if (!trace) return session;
      return {
        ...session,
        async trace() {
          const reply = await client.command(trace.command);
          return { effect: reply.status === '+OK', line: `${trace.command} was answered ${reply.line}` };
        },
      };
    },
    answersIn: (octets) => octets,
    refuses: (octets) => octets.toString('latin1').startsWith('-ERR'),
  };
}

export const pop3DiscardsInjectedCommands = check(
  {
    id: 'STLS-012',
    slug: 'pop3-discards-injected-commands',
    title: 'POP3: commands pipelined behind STLS are never executed',
    sends:
      'STLS with CAPA, a login or an incomplete line behind it: in the same segment, in a second one, and behind the +OK; then completes TLS, waits, and gives one command',
    demands:
      'nothing received before the handshake is answered, in the clear, inside TLS or late; no incomplete line is continued inside TLS; no login remains',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc2595#4', 'rfc2595#9', 'rfc9325#3.2'],
    roles: ['pop3'],
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '60s',
    limits: ['The login variant needs an account that permits its password in the clear.'],
    kills: [
      'pop3-executes-buffered-inside-tls',
      'pop3-executes-buffered-in-clear',
      'pop3-keeps-incomplete-line-across-tls',
    ],
  },
  async (services) => {
    const { variant, bytes, cleartextAccount } = services;
    await benignTwin(services, pop3Dialect(services, null));

    const trial = (name: string, injected: Buffer, timing: Timing, trace: Trace | null = null) =>
      variant(`${name} ${timing}`, async (verify) => {
        const dialect = pop3Dialect(services, trace);
        if (trace !== null) await benignTwin(services, dialect);
        await injectionTrial(services, dialect, verify, injected, timing);
      });
    await trial('CAPA', bytes.line('CAPA'), 'in one segment');
    await trial('CAPA', bytes.line('CAPA'), 'in a second segment');
    await trial('CAPA', bytes.line('CAPA'), 'behind the go-ahead');
    await trial('an incomplete line', Buffer.from('X-'), 'in one segment');
    await trial('an incomplete line', Buffer.from('X-'), 'in a second segment');
    const account = cleartextAccount();
    if (!account) return;
    const login = bytes.lines(`USER ${account.login}`, `PASS ${account.password}`);
    await trial('USER and PASS', login, 'in one segment', { command: 'STAT' });
  },
);
