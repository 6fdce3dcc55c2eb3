import { check } from '../../harness/check/check.ts';
import { refusesInClear } from '../../harness/steps/clear-refusal.ts';
import { UPGRADE_CHECK } from './upgrade-check.ts';
import { openGoneAhead } from './upgrade-session.ts';

/** How many quiet periods of the target are waited: servers wait minutes for a ClientHello, silence is safe. */
const PERIODS = 4;

export const noClearCommandsAfterGoAhead = check(
  {
    ...UPGRADE_CHECK,
    id: 'STLS-014',
    slug: 'no-clear-commands-after-go-ahead',
    title: 'After 220 the server does not execute cleartext instead of TLS',
    sends:
      'the upgrade command and, after the positive answer, a command in the clear instead of a ClientHello',
    demands: 'the connection is closed, a TLS alert or a refusal comes, or nothing',
    level: 'MUST',
    severity: 'high',
    clauses: ['rfc3207#4'],
    needs: ['raw-tls'],
    budget: '20s',
    kills: ['executes-clear-after-go-ahead', 'returns-to-clear-after-go-ahead'],
  },
  async (services) => {
    const { role, target, verify, bytes, helloName } = services;
    const { connection, protocol, mute } = await openGoneAhead(services);
    // Commands that every server of the protocol knows: a refusal must not be one of the command itself.
    const command = bytes.line(
      { smtp: `EHLO ${helloName}`, pop3: mute ? 'QUIT' : 'CAPA', imap: 'clear NOOP' }[protocol],
    );
    connection.send(command);
    const seen = await connection.watch(target.timing.quietMs * PERIODS);
    // A TLS record of the type alert begins with 0x15.
    const answered = seen.length > 0 && seen[0] !== 0x15;
    const demand = 'the command in the clear is not executed';
    if (answered && !refusesInClear(role, seen)) {
      verify.missed(demand, {
        expected: 'the end of the connection, a TLS alert, a refusal, or nothing',
        actual: seen,
      });
      return;
    }
    const silence = connection.ended ? 'the end of the connection' : 'nothing';
    verify.met(demand, seen.length > 0 ? seen.toString('latin1') : silence);
    if (!answered || connection.ended) return;
    connection.send(command);
    const again = await connection.watch(target.timing.quietMs);
    verify.ideally.nothing(again, 'the session does not go on in the clear after the failed handshake');
  },
);
