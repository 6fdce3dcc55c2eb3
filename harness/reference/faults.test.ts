import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FAULT_NAMES } from './faults.ts';
import { startDialogue, TIMER_SPEED } from './testing/dialogue.ts';
import type { Observations } from './testing/observation.ts';
import { AUTHENTICATION } from './testing/observations/authentication.ts';
import { BEFORE_TLS } from './testing/observations/before-tls.ts';
import { INJECTION } from './testing/observations/injection.ts';
import { LISTS } from './testing/observations/lists.ts';
import { MAILBOX_OVER_IMAP } from './testing/observations/mailbox-over-imap.ts';
import { MAILBOX_OVER_POP3 } from './testing/observations/mailbox-over-pop3.ts';
import { MESSAGE_CONTENT } from './testing/observations/message-content.ts';
import { OUTGOING_MAIL } from './testing/observations/outgoing-mail.ts';
import { POP_BEFORE_SMTP } from './testing/observations/pop-before-smtp.ts';
import { RECEIVED_SIGNATURES } from './testing/observations/received-signatures.ts';
import { RELAYING } from './testing/observations/relaying.ts';
import { SENT_SIGNATURES } from './testing/observations/sent-signatures.ts';
import { SUBMISSION } from './testing/observations/submission.ts';
import { SUBMITTED_MAIL } from './testing/observations/submitted-mail.ts';
import { SURROUNDINGS } from './testing/observations/surroundings.ts';
import { TERMS_OF_HOSTS } from './testing/observations/terms-of-hosts.ts';
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
  ...MESSAGE_CONTENT,
  ...MAILBOX_OVER_POP3,
  ...MAILBOX_OVER_IMAP,
  ...POP_BEFORE_SMTP,
  ...RELAYING,
};

/** Faults that a check finds; the proofs run it against each of them. */
const CAUGHT = new Set(
  Object.keys(parse(readFileSync(new URL('../../suites/catalog/kill-matrix.yaml', import.meta.url), 'utf8'))),
);

test('every fault shows, in a dialogue or to a check', () => {
  // Outgoing mail, lists and the lab have dialogues of their own: see outbound/faults.test.ts,
  // outbound/transport/faults.test.ts, outbound/terms.test.ts,
  // authentication/signatures.test.ts, authentication/signing.test.ts, smtp/block-lists.test.ts and ../lab/reference-world.test.ts.
  const signatures = { ...RECEIVED_SIGNATURES, ...SENT_SIGNATURES };
  const elsewhere = {
    ...signatures,
    ...OUTGOING_MAIL,
    ...TRANSPORT_POLICIES,
    ...LISTS,
    ...SURROUNDINGS,
    ...TERMS_OF_HOSTS,
  };
  const unseen = FAULT_NAMES.filter((fault) => !OBSERVATIONS[fault] && !elsewhere[fault]);
  expect(unseen.filter((fault) => !CAUGHT.has(fault))).toEqual([]);
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
