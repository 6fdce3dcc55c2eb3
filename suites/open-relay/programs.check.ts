import { check } from '../../harness/check/check.ts';
import { isPositive, isTemporary, lineOf } from '../../harness/steps/replies.ts';
import { assertStrangersAreServed, RELAY_CONTROLS } from './controls.ts';
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
    buildsOn: RELAY_CONTROLS,
    limits: [
      'No message follows, so what an accepted one would do is not seen; a domain that takes every name takes these too.',
    ],
    kills: ['mx-takes-programs-as-recipients'],
  },
  async (services) => {
    const { lab, smtp, variant, patiently, inconclusive } = services;
    lab().assertUntrusted();
    assertStrangersAreServed(services);
    const values = await createFields(services)();
    for (const recipient of PROGRAMS_AND_FILES) {
      await variant(readable(recipient), async (verify) => {
        const reply = await patiently(async () => {
          const client = await smtp({ at: 'ready' });
          const mail = await client.command(`MAIL FROM:${fill(STRANGER, values)}`);
          const decided = isPositive(mail)
            ? await client.command(`RCPT TO:${fill(recipient, values)}`)
            : mail;
          await client.quit();
          return decided;
        });
        if (isTemporary(reply)) inconclusive('precondition', `Refused for now only: ${reply.text}`);
        verify.that(!isPositive(reply), {
          demand: 'a program or a file is no recipient',
          expected: 'a refusal',
          actual: lineOf(reply),
        });
      });
    }
  },
);
