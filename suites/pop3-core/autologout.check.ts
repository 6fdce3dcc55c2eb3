import { check, SECOND_MAILDROP } from '../../harness/check/check.ts';
import { autologoutSpeed } from '../../harness/steps/waits.ts';
import { MESSAGE, ownMail, withOwnMail } from './own-mail.ts';

/** Five seconds less than a server has to wait (RFC 1939 §3), in milliseconds. */
const SILENCE_MS = 595_000;
/** How long an autologout is waited for, in milliseconds. */
const EXPIRY_MS = 45 * 60_000;

export const autologoutIsPatient = check(
  {
    id: 'POP3-009',
    slug: 'autologout-is-patient',
    title: 'Autologout is not shorter than ten minutes and never deletes',
    sends: 'DELE, silence of 595 s, NOOP, and silence until the server ends the session',
    demands: 'NOOP is answered, and the marked message is still there after the autologout',
    level: 'MUST',
    severity: 'low',
    clauses: ['rfc1939#3'],
    roles: ['pop3', 'pop3s'],
    per: 'target',
    needs: ['account-2', 'time'],
    effect: 'delivers',
    safety: 'sends-mail',
    budget: '60m',
    resources: [SECOND_MAILDROP],
    limits: [
      'Runs where the target allows it (timing: autologout), on the first POP3 port that it declares, with the second account.',
      'Translation of addresses and load balancers on the way may end a silent connection before the server does.',
    ],
    kills: ['pop3-short-autologout'],
  },
  async (services) => {
    const { verify, secondAccount } = services;
    const speed = autologoutSpeed(services);
    await withOwnMail(
      services,
      [ownMail(services, 'only')],
      async (open) => {
        const session = await open();
        const { client } = session;
        await client.command(`DELE ${session.number('only')}`);
        const began = performance.now();
        const end = await client.connection.untilEnd(SILENCE_MS / speed);
        const silent = (performance.now() - began) * speed;
        const demand = `a session that was silent for ${SILENCE_MS / 1000} s goes on`;
        // On a machine that is late the wait takes longer, and the server may end the session by right meanwhile.
        if (end && silent >= SILENCE_MS)
          verify.met(demand, `the end of the connection after ${Math.round(silent / 1000)} s`);
        else {
          const answer = end ? ({ kind: 'closed', how: end.how } as const) : await client.attempt('NOOP');
          verify.answer(answer, demand, { statuses: ['+OK'] });
        }
        if (!end) {
          const expired = await client.connection.untilEnd(EXPIRY_MS / speed);
          verify.ideally.found(expired, 'a silent session is ended at some time', {
            what: `the end of the connection within ${EXPIRY_MS / 60_000} min`,
            as: ({ how }) => `the end of the connection (${how})`,
          });
        }
        client.connection.close();
        const later = await open();
        verify.found(later.numbers.get('only'), 'autologout removes nothing', MESSAGE);
        await later.client.quit();
      },
      secondAccount(),
    );
  },
);
