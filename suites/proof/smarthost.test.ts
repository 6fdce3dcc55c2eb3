import { describe, expect, test } from 'vitest';
import { claimsOf } from '../../harness/model/claims.ts';
import type { FaultName } from '../../harness/model/faults.ts';
import type { SmarthostClaim } from '../../harness/model/smarthost-claim.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { NOT_APPLICABLE } from './not-applicable.ts';
import { CHECKS, explained, resultAgainst, resultOn } from './proof.ts';

const PASSWORD = 'of-the-relay';

function claim(given: NonNullable<Parameters<typeof claimsOf>[0]>['smarthost']): SmarthostClaim {
  const { smarthost } = claimsOf({ smarthost: given });
  if (!smarthost) throw new Error('A smarthost was to be claimed.');
  return smarthost;
}

const SUBMISSION = { claim: claim({}), password: PASSWORD };

describe.concurrent('on a good server whose mail leaves by a smarthost', () => {
  for (const check of CHECKS) {
    const { id, title, needs } = check.definition;
    const behind = needs.includes('own-delivery');
    const expected = behind || NOT_APPLICABLE[id] !== undefined ? 'not-applicable' : 'pass';
    test(`${id} is ${expected}: ${title}`, async () => {
      const result = await resultOn(check, { smarthost: SUBMISSION });
      expect(result.verdict, explained(result)).toBe(expected);
      if (behind) expect(result.reason).toContain('smarthost');
    });
  }
});
