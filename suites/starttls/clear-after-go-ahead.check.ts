import { check } from '../../harness/check/check.ts';
import { openUpgrade } from './upgrade-session.ts';

/** How many quiet periods of the target are waited: servers wait minutes for a ClientHello, silence is safe. */
const PERIODS = 4;
/** Replies that report a failed handshake instead of executing a command (RFC 3207 §4, §4.1). */
const REPORTS_TLS_ERROR = /^(?:45[14]|554) |^-ERR|^(?:\* BYE|\S+ (?:BAD|NO)) /;

export const noClearCommandsAfterGoAhead = check(
  {
    id: 'STLS-014',
    slug: 'no-clear-commands-after-go-ahead',
    title: 'After 220 the server does not execute cleartext instead of TLS',
    sends:
      'the upgrade command and, behind the positive answer, a command in the clear instead of a ClientHello',
    demands: 'the connection is closed, a TLS alert comes, or nothing',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3207#4', 'rfc3207#4.1'],
    roles: ['mx', 'submission', 'pop3', 'imap'],
    needs: ['raw-tls'],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    kills: ['executes-clear-after-go-ahead', 'returns-to-clear-after-go-ahead'],
  },
  async (services) => {
    const { role, target, verify, notApplicable, inconclusive, bytes } = services;
    const session = await openUpgrade(services);
    const { connection, protocol } = session;
    if (!session.offered) notApplicable(`${role} does not offer an upgrade.`, session.announced);
    const goAhead = await session.ask();
    if (!goAhead.positive)
      inconclusive('precondition', `${role} offers the upgrade and refuses it: ${goAhead.line}`);
    const commands = { smtp: 'NOOP', pop3: 'CAPA', imap: 'clear NOOP' } as const;
    connection.send(bytes.line(commands[protocol]));
    const seen = await connection.watch(target.timing.quietMs * PERIODS);
    const text = seen.toString('latin1');
    // A TLS record of the type alert begins with 0x15.
    const answered = seen.length > 0 && seen[0] !== 0x15;
    if (!answered || REPORTS_TLS_ERROR.test(text)) {
      verify.that(true, {
        demand: 'the command in the clear is not executed',
        expected: 'no reply to it',
        actual: seen.length > 0 ? seen : connection.ended ? 'the end of the connection' : 'nothing',
      });
      if (!answered || connection.ended) return;
      connection.send(bytes.line(commands[protocol]));
      const again = await connection.watch(target.timing.quietMs);
      verify.ideally.that(again.length === 0, {
        demand: 'the session does not go on in the clear behind the failed handshake',
        expected: 'the end of the connection or silence',
        actual: again.length === 0 ? 'nothing' : again,
      });
      return;
    }
    verify.that(false, {
      demand: 'the command in the clear is not executed',
      expected: 'the end of the connection, a TLS alert, or nothing',
      actual: seen,
    });
  },
);
