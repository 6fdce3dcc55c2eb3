import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { definitionProblems } from './definition-schema.ts';
import { loadChecks } from './load.ts';

const GOOD = {
  id: 'SHOP-001',
  slug: 'one',
  title: 'One',
  sends: 'nothing',
  demands: 'nothing',
  level: 'policy',
  severity: 'low',
  clauses: ['shop#1'],
  roles: ['mx'],
  needs: [],
  effect: 'reads',
  safety: 'safe',
  budget: '1s',
  kills: [],
};

test('every check of mailspec is as one of others must be', async () => {
  const checks = await loadChecks(fileURLToPath(new URL('../../suites', import.meta.url)));
  expect(checks.flatMap(({ definition }) => definitionProblems(definition))).toEqual([]);
  expect(definitionProblems(GOOD)).toEqual([]);
});

test.each<[object, string]>([
  [
    { severity: 'middling' },
    '"severity" must be one of critical, high, medium, low, info, found "middling".',
  ],
  [
    { severity: 'hihg' },
    '"severity" must be one of critical, high, medium, low, info, found "hihg"; did you mean "high"?',
  ],
  [{ severty: 'low' }, '"severty" is no part of a definition; did you mean "severity"?'],
  [{ title: undefined }, '"title" is missing; it must be one line of text.'],
  [{ title: 'two\nlines' }, '"title" must be one line of text, found "two\\nlines".'],
  [{ level: 'MAY' }, '"worst" must be "warn" where the level is MAY, which binds nobody.'],
  [{ roles: [] }, '"roles" must be a list of at least one role.'],
  [{ roles: ['mx', 'smtp'] }, '"roles.1" must be one of mx, '],
  [{ needs: ['acount'] }, 'found "acount"; did you mean "account"?'],
  [{ budget: '5 seconds' }, '"budget" must be a duration such as 8s, 250ms or 15m, found "5 seconds".'],
  [{ kills: ['mx-omits-startls'] }, 'did you mean "mx-omits-starttls"?'],
  [{ waits: 5 }, '"waits" must be a function of the target.'],
  [
    { buildsOn: ['mail-leaves'] },
    '"buildsOn.0" must be a control, as control() returns it, found "mail-leaves".',
  ],
  [{ connections: 0 }, '"connections" must be a whole number of at least 1.'],
])('%j is told', (wrong, sentence) => {
  const problems = definitionProblems({ ...GOOD, ...wrong });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
});
