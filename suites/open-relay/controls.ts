import { control, type Services } from '../../harness/check/check.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { strangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { recipientReply } from '../../harness/steps/name-recipient.ts';
import { isPositive, lineOf } from '../../harness/steps/replies.ts';
import { relayingAtRecipient } from './at-recipient.ts';
import { createFields } from './fields.ts';
import { ELSEWHERE, fill, PRETENDER } from './forms.ts';

/**
 * Whether a local sender alone opens the way to recipients elsewhere. Where it does, a roundabout recipient
 * from such a sender shows nothing of its own. Costs one connection, and goes no further than RCPT.
 */
export const localSenderOpensTheWay = control(
  {
    id: 'local-sender-opens-the-way',
    title: 'It is known what becomes of mail that a stranger sends elsewhere in the name of a local sender',
    roles: ['mx'],
    needs: ['dns', 'sink'],
    withoutLab: 'decides',
    buildsOn: [strangersAreServed],
    effect: 'reads',
    safety: 'sends-mail',
    budget: '20s',
    waits: ({ timing }) => timing.retryAfterMs.reduce((sum, ms) => sum + ms, 0),
  },
  async (services) => {
    const values = await createFields(services)();
    const paths = { sender: fill(PRETENDER, values), recipient: fill(ELSEWHERE, values) };
    const reply = await recipientReply(services, paths, { role: 'mx', at: 'ready' });
    return { opens: isPositive(reply), line: lineOf(reply) };
  },
);

/** What the checks of this suite build on. */
export const RELAY_CONTROLS = [
  strangersAreServed,
  localSenderOpensTheWay,
  relayingAtRecipient,
  mailLeaves,
] as const;

/** Whether mail of a user reaches the receiving server, and how that was seen: without it a missing delivery proves nothing. */
export function outboundControl({ objection, finding }: Services): {
  readonly works: boolean;
  readonly line: string;
} {
  const against = objection(mailLeaves);
  return against === undefined
    ? { works: true, line: finding(mailLeaves).line }
    : { works: false, line: against };
}
