import { describe, expect, test } from 'vitest';
import type { FaultName } from '../../harness/model/faults.ts';
import { CHECKS, explained, resultOn } from './proof.ts';

/** Checks of signatures, and a mistake that each must find by what the server does about mail. */
const DECIDED: Readonly<Record<string, FaultName>> = {
  'DKIM-002': 'dkim-knows-no-ed25519',
  'DKIM-003': 'dkim-overlooks-body-changes',
  'DKIM-005': 'dkim-takes-sha1',
  'DKIM-007': 'dkim-misjudges-empty-bodies',
  'DKIM-008': 'dkim-needs-no-author',
  'DKIM-009': 'dkim-overlooks-key-hashes',
  'DKIM-013': 'dkim-looks-at-first-signature-only',
};

describe.concurrent('where results are enforced and not recorded', () => {
  for (const [id, fault] of Object.entries(DECIDED)) {
    const check = CHECKS.find(({ definition }) => definition.id === id);
    test(`${id} passes, and finds ${fault}`, async () => {
      if (!check) throw new Error(`${id} is not there.`);
      const good = await resultOn(check, { faults: ['results-not-recorded'] });
      expect(good.verdict, explained(good)).toBe('pass');
      const bad = await resultOn(check, { faults: ['results-not-recorded', fault] });
      expect(bad.verdict, explained(bad)).toBe('fail');
    });
  }
});
