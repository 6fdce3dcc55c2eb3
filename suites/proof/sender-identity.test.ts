import { describe, expect, test } from 'vitest';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { FaultName } from '../../harness/reference/server.ts';
import { CHECKS, explained, resultAgainst } from './proof.ts';

/** What the operator claims decides what SUB-025 makes of a server; SUB-016 does not ask. */
const CASES: readonly {
  readonly claim: 'envelope' | 'enforced' | undefined;
  readonly fault: FaultName;
  readonly verdict: string;
}[] = [
  { claim: undefined, fault: 'submission-sends-as-other-user', verdict: 'not-applicable' },
  { claim: 'envelope', fault: 'submission-sends-as-other-user', verdict: 'fail' },
  { claim: 'envelope', fault: 'submission-takes-foreign-from', verdict: 'warn' },
  { claim: 'enforced', fault: 'submission-takes-foreign-from', verdict: 'fail' },
];

describe.concurrent('a sender identity', () => {
  for (const { claim, fault, verdict } of CASES) {
    test(`that is ${claim ?? 'not'} claimed, on a server with ${fault}: SUB-025 is ${verdict}`, async () => {
      const check = CHECKS.find(({ definition }) => definition.id === 'SUB-025');
      if (!check) throw new Error('SUB-025 is not there.');
      const { server, access, close } = await startReferenceInLab({ faults: [fault] });
      try {
        const { senderIdentity: _, ...others } = server.target.claims;
        const claims = { ...others, ...(claim ? { senderIdentity: claim } : {}) };
        const result = await resultAgainst(check, { ...server.target, claims }, access);
        expect(result.verdict, explained(result)).toBe(verdict);
      } finally {
        await close();
      }
    });
  }
});
