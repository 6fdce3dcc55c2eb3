import { check, type Services } from '../../harness/check/check.ts';
import { assertListed } from '../../harness/steps/extensions.ts';
import { lineOf } from '../../harness/steps/replies.ts';
import { INJECTION_CHECK, type Injection, judgeInjections, type UpgradeDialect } from './injection-trial.ts';

/** Succeeds inside TLS where an injected envelope is in place. */
const ENVELOPE_TRACE = 'RCPT TO:<postmaster>';

function smtpDialect(services: Services): UpgradeDialect {
  const { smtp, bytes, helloName } = services;
  return {
    async open() {
      const client = await smtp({ at: 'ready' });
      assertListed(services, client, 'STARTTLS');
      return {
        connection: client.connection,
        upgrade: bytes.line('STARTTLS'),
        async readGoAhead() {
          const reply = await client.reply('the reply to STARTTLS');
          return { positive: reply.code === 220, line: lineOf(reply) };
        },
        async ownCommand(trace) {
          // An injected envelope must be looked for before EHLO, which clears it (RFC 5321 §4.1.4).
          const command = trace === ENVELOPE_TRACE ? ENVELOPE_TRACE : `EHLO after.${helloName}`;
          const reply = await client.command(command);
          const asExpected =
            trace === ENVELOPE_TRACE ? reply.code >= 500 : reply.code === 250 && reply.lines.length > 1;
          return { asExpected, line: `${command} was answered ${lineOf(reply)}` };
        },
        async execute(command) {
          const reply = await client.command(command);
          return { positive: reply.code === 250, line: `${command} was answered ${lineOf(reply)}` };
        },
      };
    },
    answersIn: (octets) => octets,
  };
}

export const smtpDiscardsInjectedCommands = check(
  {
    ...INJECTION_CHECK,
    id: 'STLS-011',
    slug: 'smtp-discards-injected-commands',
    title: 'SMTP: commands pipelined after STARTTLS are never executed (command injection)',
    sends:
      'STARTTLS with NOOP, EHLO, MAIL, AUTH or an incomplete line after it: in the same segment, in a second one, and after the 220; then completes TLS, waits, and gives one command',
    demands:
      'nothing received before the handshake is answered, in the clear, inside TLS or late; no incomplete line is continued inside TLS; no state remains',
    clauses: ['rfc3207#4.2', 'rfc3207#6', 'rfc3207#4', 'rfc9325#3.2'],
    roles: ['mx', 'submission'],
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
    const { bytes, nonce, helloName, role, cleartextAccount } = services;
    const noop = bytes.line('NOOP');
    const incomplete = Buffer.from('X-');
    const hello = `EHLO injected.${helloName}`;
    const envelope = bytes.lines(hello, `MAIL FROM:<inj-${nonce}@${helloName}>`);
    const injections: Injection[] = [
      ['NOOP', noop, 'in one segment'],
      ['NOOP', noop, 'in a second segment'],
      ['NOOP', noop, 'after the go-ahead'],
      ['EHLO', bytes.line(hello), 'in one segment'],
      ['EHLO and MAIL', envelope, 'in one segment', ENVELOPE_TRACE],
      ['an incomplete line', incomplete, 'in one segment'],
      ['an incomplete line', incomplete, 'in a second segment'],
    ];
    const account = cleartextAccount();
    if (role === 'submission' && account) {
      // Session fixation: the victim would go on in the session of the attacker.
      const login = bytes.line(`AUTH PLAIN ${bytes.base64(`\0${account.login}\0${account.password}`)}`);
      injections.push(['AUTH', login, 'in one segment', `MAIL FROM:<${account.address}>`]);
    }
    await judgeInjections(services, smtpDialect(services), injections);
  },
);
