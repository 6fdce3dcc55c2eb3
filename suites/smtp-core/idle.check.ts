import { check } from '../../harness/check/check.ts';

/** A little less than a server has to wait for a command (RFC 5321 §4.5.3.2.7), in milliseconds. */
const SILENCE_MS = 290_000;
/** How long a server has to wait for a command, in milliseconds. */
const LIMIT_MS = 300_000;
/** What nobody who is not under load has to end already, in milliseconds. */
const HASTE_MS = 60_000;
/** How long the end of a silent session is waited for, in milliseconds. */
const EXPIRY_MS = 20 * 60_000;

export const idleSessionsStayOpen = check(
  {
    id: 'SMTP-024',
    slug: 'idle-sessions-stay-open',
    title: 'Idle sessions stay open for five minutes, and are ended with 421 in the end',
    sends: 'EHLO, silence of 290 s, NOOP, and silence until the server ends the session',
    demands: 'NOOP is answered, and the session is ended with 421 some time',
    level: 'SHOULD',
    severity: 'low',
    clauses: ['rfc5321#4.5.3.2.7', 'rfc5321#3.8'],
    roles: ['mx', 'submission'],
    per: 'target',
    needs: ['time'],
    effect: 'reads',
    safety: 'safe',
    budget: '30m',
    limits: [
      'Runs where the target allows it (timing: autologout), on the first SMTP port that it declares.',
      'Translation of addresses and load balancers on the way may end a silent connection before the server does.',
    ],
    kills: ['smtp-short-idle-limit', 'smtp-ends-idle-sessions-silently'],
  },
  async ({ smtp, verify, target, notApplicable }) => {
    const speed = target.timing.autologoutSpeed;
    if (speed === undefined)
      return notApplicable(
        'The target does not allow to wait for limits of silence.',
        'timing.autologout is false',
      );
    const client = await smtp({ at: 'ready' });
    const began = performance.now();
    const end = await client.connection.untilEnd(SILENCE_MS / speed);
    // On a machine that is late the wait takes longer, and the server may end the session by right meanwhile.
    const silent = (performance.now() - began) * speed;
    if (end && silent < SILENCE_MS) {
      const strength = silent < HASTE_MS ? verify : verify.ideally;
      strength.missed('a session that is silent for less than five minutes goes on', {
        expected: `an open connection after ${SILENCE_MS / 1000} s`,
        actual: `the end of the connection (${end.how}) after ${Math.round(silent / 1000)} s`,
      });
      return;
    }
    const demand = `a session that was silent for ${SILENCE_MS / 1000} s goes on`;
    if (end) verify.met(demand, `the end of the connection after ${Math.round(silent / 1000)} s`);
    else {
      const answer = await client.attempt('NOOP');
      const passed = (performance.now() - began) * speed;
      // The same, where this machine was late between the silence and the command.
      if (answer.kind === 'closed' && passed >= LIMIT_MS)
        verify.met(demand, `the end of the connection after ${Math.round(passed / 1000)} s`);
      else verify.answer(answer, demand, { codeClasses: [2] });
    }
    const expired = end ?? (await client.connection.untilEnd(EXPIRY_MS / speed));
    const said = client.connection.pending().toString('latin1');
    verify.ideally.that(expired !== undefined && said.startsWith('421'), {
      demand: 'a silent session is ended with 421 some time',
      expected: '421 and the end of the connection',
      actual: expired
        ? said || `the end of the connection (${expired.how}) without a word`
        : 'an open connection',
    });
  },
);
