import { check } from '../../harness/check/check.ts';
import { openImap } from '../../harness/steps/imap-login.ts';
import { autologoutSpeed } from '../../harness/steps/waits.ts';
import { select } from './own-folder.ts';

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
    const { verify } = services;
    const speed = autologoutSpeed(services);
    const client = await openImap(services);
    await select(services, client, 'INBOX', { readOnly: true });
    const began = performance.now();
    const end = await client.connection.untilEnd(SILENCE_MS / speed);
    const silent = (performance.now() - began) * speed;
    // On a machine that is late the wait takes longer, and the server may end the session by right meanwhile.
    if (end && silent >= SILENCE_MS) {
      verify.met(
        `a session that was silent for ${SILENCE_MS / 1000} s goes on`,
        `the end of the connection after ${Math.round(silent / 1000)} s`,
      );
      return;
    }
    if (end?.how === 'rst') {
      verify.ideally.missed(`a session that was silent for ${SILENCE_MS / 1000} s goes on`, {
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
