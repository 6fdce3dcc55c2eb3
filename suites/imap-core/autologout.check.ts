import { check } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { demandOk } from './own-folder.ts';

/** Ten seconds less than a server has to wait (RFC 9051 §5.4), in milliseconds. */
const SILENCE_MS = 1_790_000;

export const autologoutIsPatient = check(
  {
    id: 'IMAP-008',
    slug: 'autologout-is-patient',
    title: 'Autologout after login is not shorter than 30 minutes',
    sends: 'a login, SELECT, silence of 1790 s, NOOP',
    demands: 'NOOP is answered',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc9051#5.4', 'rfc3501#5.4'],
    roles: ['imap', 'imaps'],
    per: 'target',
    needs: ['account', 'time'],
    effect: 'reads',
    safety: 'safe',
    budget: '35m',
    limits: [
      'Runs where the target allows it (timing: autologout), on the first IMAP port that it declares.',
      'Translation of addresses and load balancers on the way may end a silent connection before the server does.',
    ],
    kills: ['imap-short-autologout'],
  },
  async (services) => {
    const { verify, target, notApplicable } = services;
    const speed = target.timing.autologoutSpeed;
    if (speed === undefined)
      return notApplicable(
        'The target does not allow to wait for limits of silence.',
        'timing.autologout is false',
      );
    const client = await openImap(services);
    demandOk(services, (await client.select('INBOX', { readOnly: true })).reply, 'EXAMINE');
    const end = await client.connection.untilEnd(SILENCE_MS / speed);
    if (end?.how === 'rst') {
      verify.ideally.that(false, {
        demand: `a session that was silent for ${SILENCE_MS / 1000} s goes on`,
        expected: 'an open connection',
        actual: 'a reset, as something on the way to the server sends it',
      });
      return;
    }
    const answer = end ? ({ kind: 'closed', how: end.how } as const) : await client.attempt('NOOP');
    verify.answer(answer, `a session that was silent for ${SILENCE_MS / 1000} s goes on`, {
      statuses: ['OK'],
    });
    await client.logout();
  },
);
