import { beforeAll, describe, expect, test } from 'vitest';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { CHECKS, explained, NEEDS_FAST_TIMERS, resultOn } from './proof.ts';
import { type Results, resultsOn } from './whole-catalogue.ts';

/** Checks for which a stranger comes to mx; whatever else they ask is judged beside it. */
const OF_STRANGERS = CHECKS.filter(
  ({ definition: { id, roles } }) => roles.includes('mx') && !NEEDS_FAST_TIMERS.has(id),
);

/** Longest time for all of these checks on one server, in milliseconds. */
const LONGEST = 600_000;

describe('a good server that takes mail only from addresses with a name that leads back', () => {
  let results: Results;
  beforeAll(async () => {
    results = await resultsOn(OF_STRANGERS, { life: { wantsClientNames: true } });
  }, LONGEST);
  for (const { definition } of OF_STRANGERS) {
    const { id, title } = definition;
    test(`${id} raises no alarm and stays decided, for the lab names its addresses: ${title}`, () => {
      const result = resultOf(results, id);
      expect(['pass', 'not-applicable'], explained(result)).toContain(result.verdict);
    });
  }
});

/** Postmaster is turned away too, who must not be (RFC 5321 §4.5.1). */
const TRUE_OF_IT = ['SMTP-006'];

describe('the same where its resolver finds no name of anybody', () => {
  const life: ReferenceLife = { wantsClientNames: true, resolverSays: 'nowhere' };
  let results: Results;
  beforeAll(async () => {
    results = await resultsOn(OF_STRANGERS, { life });
  }, LONGEST);
  for (const { definition } of OF_STRANGERS) {
    const { id, title } = definition;
    test(`${id} raises no alarm: ${title}`, () => {
      const result = resultOf(results, id);
      const verdicts = TRUE_OF_IT.includes(id) ? ['warn'] : ['pass', 'not-applicable', 'inconclusive'];
      expect(verdicts, explained(result)).toContain(result.verdict);
    });
  }

  test.each(['RLY-001', 'RLY-022'])('%s does not take that refusal for one of relaying', async (id) => {
    const check = CHECKS.find(({ definition }) => definition.id === id);
    if (!check) throw new Error(`${id} is not there.`);
    const result = await resultOn(check, { life });
    expect(result.verdict, explained(result)).toBe('inconclusive');
    expect(result.reason).toContain('450 4.7.25');
  });
});

function resultOf(results: Results, id: string) {
  const result = results.get(id);
  if (!result) throw new Error(`${id} has no result.`);
  return result;
}
