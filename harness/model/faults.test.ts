import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startDialogue, TIMER_SPEED } from '../reference/testing/dialogue.ts';
import type { Observations } from '../reference/testing/observation.ts';
import { AUTHENTICATION } from '../reference/testing/observations/authentication.ts';
import { BEFORE_TLS } from '../reference/testing/observations/before-tls.ts';
import { INJECTION } from '../reference/testing/observations/injection.ts';
import { LISTS } from '../reference/testing/observations/lists.ts';
import { MAILBOX_OVER_IMAP } from '../reference/testing/observations/mailbox-over-imap.ts';
import { MAILBOX_OVER_POP3 } from '../reference/testing/observations/mailbox-over-pop3.ts';
import { MESSAGE_CONTENT } from '../reference/testing/observations/message-content.ts';
import { OUTGOING_MAIL } from '../reference/testing/observations/outgoing-mail.ts';
import { POP_BEFORE_SMTP } from '../reference/testing/observations/pop-before-smtp.ts';
import { RECEIVED_SIGNATURES } from '../reference/testing/observations/received-signatures.ts';
import { RELAYING } from '../reference/testing/observations/relaying.ts';
import { SENT_SIGNATURES } from '../reference/testing/observations/sent-signatures.ts';
import { SUBMISSION } from '../reference/testing/observations/submission.ts';
import { SUBMITTED_MAIL } from '../reference/testing/observations/submitted-mail.ts';
import { SURROUNDINGS } from '../reference/testing/observations/surroundings.ts';
import { TERMS_OF_HOSTS } from '../reference/testing/observations/terms-of-hosts.ts';
import { TLS } from '../reference/testing/observations/tls.ts';
import { TRANSPORT_POLICIES } from '../reference/testing/observations/transport-policies.ts';
import { UPGRADE } from '../reference/testing/observations/upgrade.ts';
import { FAULT_NAMES } from './faults.ts';

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
