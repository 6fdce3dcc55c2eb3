import { describe, expect, test } from 'vitest';
import { FAULT_NAMES } from './faults.ts';
import { startDialogue } from './testing/dialogue.ts';
import type { Observations } from './testing/observation.ts';
import { AUTHENTICATION } from './testing/observations/authentication.ts';
import { BEFORE_TLS } from './testing/observations/before-tls.ts';
import { INJECTION } from './testing/observations/injection.ts';
import { OUTGOING_MAIL } from './testing/observations/outgoing-mail.ts';
import { SUBMISSION } from './testing/observations/submission.ts';
import { SUBMITTED_MAIL } from './testing/observations/submitted-mail.ts';
import { UPGRADE } from './testing/observations/upgrade.ts';

const OBSERVATIONS: Observations = {
  ...BEFORE_TLS,
  ...UPGRADE,
  ...INJECTION,
  ...AUTHENTICATION,
  ...SUBMISSION,
  ...SUBMITTED_MAIL,
};

test('every fault has a dialogue in which it shows', () => {
  // Faults of outgoing mail show at the next hop: see outbound/faults.test.ts.
  expect(FAULT_NAMES.filter((fault) => !OBSERVATIONS[fault] && !OUTGOING_MAIL[fault])).toEqual([]);
});

describe.concurrent('on the wire', () => {
  for (const fault of FAULT_NAMES) {
    const observation = OBSERVATIONS[fault];
    if (!observation) continue;
    test(fault, async () => {
      for (const faults of [[], [fault]]) {
        const dialogue = await startDialogue({ faults });
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
