import { check } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { recipientReply } from '../../harness/steps/name-recipient.ts';
import { isAlive, isPositive, lineOf } from '../../harness/steps/replies.ts';
import { RELAY_CONTROLS } from './controls.ts';
import { createFields } from './fields.ts';
import { fill, PROGRAMS_AND_FILES, readable, STRANGER, UNKNOWN } from './forms.ts';

export const programsAndFilesAreNoRecipients = check(
  {
    id: 'RLY-021',
    slug: 'programs-and-files-are-no-recipients',
    title: 'Recipients that name a program or a file are refused',
    sends: 'RCPT for a program, a file and a list file, alone and in the mail domain, and no message',
    demands: 'a refusal of each',
    level: 'policy',
    worst: 'warn',
    severity: 'high',
    clauses: ['rfc5321#2.3.5', 'rfc5321#4.1.2'],
    roles: ['mx'],
    needs: [],
    effect: 'reads',
    safety: 'safe',
    budget: '20s',
    considers: RELAY_CONTROLS,
    limits: [
      'No message follows, so what an accepted one would do is not seen; where any other name is taken too, they show nothing.',
    ],
    kills: ['mx-takes-programs-as-recipients'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    assertStrangersAreServed(services);
    const values = await createFields(services)();
    for (const recipient of PROGRAMS_AND_FILES) {
      await variant(readable(recipient), async (verify) => {
        const replyTo = (form: string) =>
          recipientReply(services, { sender: fill(STRANGER, values), recipient: fill(form, values) });
        const demand = 'a program or a file is no recipient';
        const reply = await replyTo(recipient);
        if (!isAlive(reply)) inconclusive('precondition', `Turned away for now: ${reply.text}`);
        if (isPositive(reply)) {
          // Where nobody knows a name and it is taken as well, this one is a name like any other.
          const anybody = recipient.endsWith('@{domain}>') ? UNKNOWN : '<nouser-{token}>';
          const control = await replyTo(anybody);
          if (isPositive(control)) {
            verify.met(demand, `taken as any name is: ${lineOf(reply)}, and ${anybody} ${lineOf(control)}`);
            return;
          }
        }
        // Mail for an account is taken meanwhile: what is put off as often as it comes is refused.
        verify.reply(reply, demand).codeClass(4, 5);
      });
    }
  },
);
