import { describe, expect, test } from 'vitest';
import { NOT_APPLICABLE } from './not-applicable.ts';
import { CHECKS, explained, resultOn, rolesOf } from './proof.ts';

describe.concurrent('on the well-behaved reference server', () => {
  for (const check of CHECKS) {
    const { id, title } = check.definition;
    const expected = NOT_APPLICABLE[id] === undefined ? 'pass' : 'not-applicable';
    test(`${id} is ${expected}: ${title}`, async () => {
      const result = await resultOn(check);
      expect(result.verdict, explained(result)).toBe(expected);
    });

    test(`${id} is not applicable without its roles`, async () => {
      const result = await resultOn(check, { without: rolesOf(check) });
      expect(result.verdict, explained(result)).toBe('not-applicable');
    });
  }
});
