import { describe, expect, test } from 'vitest';
import { FAULT_NAMES } from './faults.ts';
import { startDialogue, TIMER_SPEED } from './testing/dialogue.ts';
import type { Observations } from './testing/observation.ts';
import { AUTHENTICATION } from './testing/observations/authentication.ts';
import { BEFORE_TLS } from './testing/observations/before-tls.ts';
import { INJECTION } from './testing/observations/injection.ts';
import { LISTS } from './testing/observations/lists.ts';
import { MAILBOX_OVER_IMAP } from './testing/observations/mailbox-over-imap.ts';
import { MAILBOX_OVER_POP3 } from './testing/observations/mailbox-over-pop3.ts';
import { OUTGOING_MAIL } from './testing/observations/outgoing-mail.ts';
import { POP_BEFORE_SMTP } from './testing/observations/pop-before-smtp.ts';
import { RELAYING } from './testing/observations/relaying.ts';
import { SUBMISSION } from './testing/observations/submission.ts';
import { SUBMITTED_MAIL } from './testing/observations/submitted-mail.ts';
import { SURROUNDINGS } from './testing/observations/surroundings.ts';
import { TLS } from './testing/observations/tls.ts';
import { TRANSPORT_POLICIES } from './testing/observations/transport-policies.ts';
import { UPGRADE } from './testing/observations/upgrade.ts';

const OBSERVATIONS: Observations = {
  ...BEFORE_TLS,
  ...UPGRADE,
  ...TLS,
  ...INJECTION,
  ...AUTHENTICATION,
  ...SUBMISSION,
  ...SUBMITTED_MAIL,
  ...MAILBOX_OVER_POP3,
  ...MAILBOX_OVER_IMAP,
  ...POP_BEFORE_SMTP,
  ...RELAYING,
};

test('every fault has a dialogue in which it shows', () => {
  // Outgoing mail, lists and the lab have dialogues of their own: see outbound/faults.test.ts,
  // outbound/transport/faults.test.ts,
  // smtp/block-lists.test.ts and ../lab/reference-world.test.ts.
  const elsewhere = { ...OUTGOING_MAIL, ...TRANSPORT_POLICIES, ...LISTS, ...SURROUNDINGS };
  expect(FAULT_NAMES.filter((fault) => !OBSERVATIONS[fault] && !elsewhere[fault])).toEqual([]);
});

describe.concurrent('on the wire', () => {
  for (const fault of FAULT_NAMES) {
    const observation = OBSERVATIONS[fault];
    if (!observation) continue;
    test(fault, async () => {
      for (const faults of [[], [fault]]) {
        const timerSpeed = fault.endsWith('autologout') ? TIMER_SPEED : 1;
        const dialogue = await startDialogue({ faults, timerSpeed });
        const expected = faults.length === 0 ? observation.good : observation.faulty;
        try {
          expect(await observation.probe(dialogue)).toMatch(expected);
        } finally {
          await dialogue.end();
        }
      }
    });
  }
});
