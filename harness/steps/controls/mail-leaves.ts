import { type ArrivedMessage, control, type Finding } from '../../check/check.ts';
import { SENDING_ROLES } from '../smtp-login.ts';
import { serversAreReached } from './servers-are-reached.ts';

/** A message of a user as it came to a server elsewhere. */
export interface MailThatLeft extends Finding {
  readonly arrived: ArrivedMessage;
}

/**
 * Mail of a user arrives at a server elsewhere; without that, what does not arrive proves nothing. Costs no message
 * beyond that of the control it builds on.
 */
export const mailLeaves = control(
  {
    id: 'mail-leaves',
    title: "A user's mail arrives at a server elsewhere",
    roles: SENDING_ROLES,
    needs: ['account', 'dns', 'sink'],
    effect: 'reads',
    safety: 'sends-mail',
    budget: '5s',
    buildsOn: [serversAreReached],
  },
  async ({ finding, inconclusive }): Promise<MailThatLeft> => {
    const { arrived, line } = finding(serversAreReached);
    if (arrived) return { line, arrived };
    return inconclusive(
      'precondition',
      `Mail of a user reaches the server that it is for and is not handed over: ${line}`,
    );
  },
);
