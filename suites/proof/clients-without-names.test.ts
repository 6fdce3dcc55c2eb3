import { describe, expect, test } from 'vitest';
import { CHECKS, explained, resultOn } from './proof.ts';

/** Checks for which a stranger comes to mx; whatever else they ask is judged beside it. */
const OF_STRANGERS = CHECKS.filter(({ definition }) => definition.roles.includes('mx'));

describe.concurrent('a good server that takes mail only from addresses with a name that leads back', () => {
  for (const check of OF_STRANGERS) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm and stays decided, for the lab names its addresses: ${title}`, async () => {
      const result = await resultOn(check, { life: { wantsClientNames: true } });
      expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
    });
  }
});

/** Postmaster is turned away too, who must not be (RFC 5321 §4.5.1). */
const TRUE_OF_IT = ['SMTP-006'];

describe.concurrent('the same where its resolver finds no name of anybody', () => {
  for (const check of OF_STRANGERS) {
    const { id, title } = check.definition;
    test(`${id} raises no alarm: ${title}`, async () => {
      const result = await resultOn(check, { life: { wantsClientNames: true, resolverSays: 'nowhere' } });
      const verdicts = TRUE_OF_IT.includes(id) ? ['warn'] : ['pass', 'not-applicable', 'inconclusive'];
      expect(verdicts, explained(result)).toContain(result.verdict);
    });
  }

  test.each(['RLY-001', 'RLY-022'])('%s does not take that refusal for one of relaying', async (id) => {
    const check = CHECKS.find(({ definition }) => definition.id === id);
    if (!check) throw new Error(`${id} is not there.`);
    const result = await resultOn(check, { life: { wantsClientNames: true, resolverSays: 'nowhere' } });
    expect(result.verdict, explained(result)).toBe('inconclusive');
    expect(result.reason).toContain('450 4.7.25');
  });
});
