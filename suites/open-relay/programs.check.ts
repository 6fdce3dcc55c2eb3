import { check } from '../../harness/check/check.ts';
import { assertStrangersAreServed } from '../../harness/steps/controls/strangers-are-served.ts';
import { recipientReply } from '../../harness/steps/name-recipient.ts';
import { isTemporary } from '../../harness/steps/replies.ts';
import { RELAY_CONTROLS } from './controls.ts';
import { createFields } from './fields.ts';
import { fill, PROGRAMS_AND_FILES, readable, STRANGER } from './forms.ts';

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
      'No message follows, so what an accepted one would do is not seen; a domain that takes every name takes these too.',
    ],
    kills: ['mx-takes-programs-as-recipients'],
  },
  async (services) => {
    const { variant, inconclusive } = services;
    assertStrangersAreServed(services);
    const values = await createFields(services)();
    for (const recipient of PROGRAMS_AND_FILES) {
      await variant(readable(recipient), async (verify) => {
        const paths = { sender: fill(STRANGER, values), recipient: fill(recipient, values) };
        const reply = await recipientReply(services, paths);
        if (isTemporary(reply)) inconclusive('precondition', `Refused for now only: ${reply.text}`);
        verify.reply(reply, 'a program or a file is no recipient').codeClass(5);
      });
    }
  },
);
