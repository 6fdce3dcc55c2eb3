import { describe, expect, test } from 'vitest';
import { CHECKS, explained, resultOn, rolesOf } from './proof.ts';

/** Checks for which a good server has nothing to show, and why. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['PBS-003', 'PBS-007', 'PBS-008', 'PBS-009'].map((id) => [
      id,
      'the reference server does not offer POP before SMTP, which is what it should do',
    ]),
  ),
  'PTA-002': 'the mx of the reference server offers no AUTH in either phase, which is what it should do',
  'STLS-029': 'the reference server begins no login before TLS, so none can go on inside it',
  'STLS-025': 'the reference server takes no login before TLS, so none can survive the upgrade',
};

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
