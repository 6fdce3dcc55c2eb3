import { check, type Services } from '../../harness/check/check.ts';
import {
  benignTwin,
  injectionTrial,
  type Timing,
  type UpgradeDialect,
  type UpgradeSession,
} from './injection-trial.ts';

/** A trace that an injected command may leave, asked for inside TLS behind our own EHLO. */
type Trace = 'envelope' | 'login' | null;

function smtpDialect(
  { smtp, role, notApplicable, bytes, cleartextAccount, helloName }: Services,
  trace: Trace,
): UpgradeDialect {
  return {
    async open(): Promise<UpgradeSession> {
      const client = await smtp({ at: 'ready' });
      if (!client.capabilities?.keywords.has('STARTTLS')) {
        notApplicable(
          `${role} does not offer STARTTLS.`,
          `EHLO keywords ${[...(client.capabilities?.keywords.keys() ?? [])].join(' ')}`,
        );
      }
      const session: UpgradeSession = {
        connection: client.connection,
        upgrade: bytes.line('STARTTLS'),
        async readGoAhead() {
          const reply = await client.reply('the reply to STARTTLS');
          return { positive: reply.code === 220, line: `${reply.code} ${reply.lines.join(' / ')}` };
        },
        async ownCommand() {
          // An injected envelope must be looked for before EHLO, which clears it (RFC 5321 §4.1.4).
          const command = trace === 'envelope' ? 'RCPT TO:<postmaster>' : `EHLO after.${helloName}`;
          const reply = await client.command(command);
          const asExpected =
            trace === 'envelope' ? reply.code >= 500 : reply.code === 250 && reply.lines.length > 1;
          return { asExpected, line: `${command} was answered ${reply.code} ${reply.lines.join(' / ')}` };
        },
      };
      const account = cleartextAccount();
      if (trace !== 'login' || !account) return session;
      return {
        ...session,
        async trace() {
          const reply = await client.command(`MAIL FROM:<${account.address}>`);
          return {
            effect: reply.code === 250,
            line: `MAIL was answered ${reply.code} ${reply.lines.join(' / ')}`,
          };
        },
      };
    },
    answersIn: (octets) => octets,
    refuses: (octets) => /^[45]\d\d[ -]/.test(octets.toString('latin1')),
  };
}

export const smtpDiscardsInjectedCommands = check(
  {
    id: 'STLS-011',
    slug: 'smtp-discards-injected-commands',
    title: 'SMTP: commands pipelined behind STARTTLS are never executed (command injection)',
    sends:
      'STARTTLS with NOOP, EHLO, MAIL, AUTH or an incomplete line behind it: in the same segment, in a second one, and behind the 220; then completes TLS, waits, and gives one command',
    demands:
      'nothing received before the handshake is answered, in the clear, inside TLS or late; no incomplete line is continued inside TLS; no state remains',
    level: 'MUST',
    severity: 'critical',
    clauses: ['rfc3207#4.2', 'rfc3207#6', 'rfc3207#4', 'rfc9325#3.2'],
    roles: ['mx', 'submission'],
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '60s',
    limits: [
      'A network device that splits the segment makes the first case look like the second.',
      'The login variant needs an account that permits its password in the clear.',
    ],
    kills: [
      'smtp-executes-buffered-inside-tls',
      'smtp-executes-buffered-in-clear',
      'smtp-executes-buffered-late',
      'smtp-keeps-incomplete-line-across-tls',
    ],
  },
  async (services) => {
    const { variant, bytes, nonce, helloName, role, cleartextAccount } = services;
    await benignTwin(services, smtpDialect(services, null));

    const trial = (name: string, injected: Buffer, timing: Timing, trace: Trace = null) =>
      variant(`${name} ${timing}`, async (verify) => {
        const dialect = smtpDialect(services, trace);
        if (trace !== null) await benignTwin(services, dialect);
        await injectionTrial(services, dialect, verify, injected, timing);
      });
    const sender = `MAIL FROM:<inj-${nonce}@${helloName}>`;
    await trial('NOOP', bytes.line('NOOP'), 'in one segment');
    await trial('NOOP', bytes.line('NOOP'), 'in a second segment');
    await trial('NOOP', bytes.line('NOOP'), 'behind the go-ahead');
    await trial('EHLO', bytes.line(`EHLO injected.${helloName}`), 'in one segment');
    await trial(
      'EHLO and MAIL',
      bytes.lines(`EHLO injected.${helloName}`, sender),
      'in one segment',
      'envelope',
    );
    await trial('an incomplete line', Buffer.from('X-'), 'in one segment');
    await trial('an incomplete line', Buffer.from('X-'), 'in a second segment');
    const account = cleartextAccount();
    if (role !== 'submission' || !account) return;
    // Session fixation: the victim would go on in the session of the attacker.
    const login = bytes.line(`AUTH PLAIN ${bytes.base64(`\0${account.login}\0${account.password}`)}`);
    await trial('AUTH', login, 'in one segment', 'login');
  },
);
