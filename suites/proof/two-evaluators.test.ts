import { describe, expect, test } from 'vitest';
import { CHECKS, explained, resultOn } from './proof.ts';

describe.concurrent('a server with a second evaluator of SPF that is wrong', () => {
  for (const check of CHECKS.filter(({ suite }) => suite === 'spf')) {
    const { id } = check.definition;
    test(`${id} ${id === 'SPF-026' ? 'says so' : 'is not drawn into it'}`, async () => {
      const result = await resultOn(check, { faults: ['spf-evaluators-disagree'] });
      const allowed = id === 'SPF-026' ? ['fail'] : ['pass', 'not-applicable'];
      expect(allowed, explained(result)).toContain(result.verdict);
    });
  }
});
