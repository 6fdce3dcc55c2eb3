import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FEATURES } from '../../harness/model/conformance-statement.ts';
import { loadProfile } from '../../harness/runner/profile.ts';
import { CHECKS } from '../proof/proof.ts';

const DECIDED = new Set<string>(CHECKS.map(({ definition }) => definition.id));
const PLANNED: Record<string, string> =
  parse(readFileSync(new URL('planned.yaml', import.meta.url), 'utf8')) ?? {};
const FOLDER = fileURLToPath(new URL('profiles/', import.meta.url));
const PROFILES = await Promise.all(
  readdirSync(FOLDER).map((file) => loadProfile(FOLDER, file.slice(0, -'.yaml'.length))),
);
const unknown = (codes: readonly string[]) =>
  codes.filter((code) => !DECIDED.has(code) && PLANNED[code] === undefined);

describe.each(PROFILES)('the profile $id', ({ gates, clauses }) => {
  test('gates requirements that exist', () => {
    expect(unknown(Object.keys(gates))).toEqual([]);
  });

  test('decides its clauses by requirements that it gates', () => {
    const asked = clauses.flatMap(({ checks }) => checks);
    expect(unknown(asked)).toEqual([]);
    expect(asked.filter((code) => gates[code] === undefined)).toEqual([]);
  });

  test('numbers a clause once', () => {
    const ids = clauses.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe('the test cases of TR-03108-P and TR-03182-P', () => {
  const specifications = PROFILES.find(({ id }) => id === 'bsi-tr-03108')?.specifications ?? [];
  const gates = PROFILES.find(({ id }) => id === 'bsi-tr-03108')?.gates ?? {};
  const all = specifications.flatMap(({ id, modules }) =>
    modules.flatMap((module) =>
      module.cases.map((one) => ({ ...one, module, name: `${id.slice(0, -'-P'.length)}-${one.id}` })),
    ),
  );

  test.each([
    ['TR-03108-P', 63],
    ['TR-03182-P', 35],
  ])('%s: all %i are accounted for, each beneath the letter of its module', (id, count) => {
    const cases = all.filter(({ name }) => name.startsWith(id.slice(0, -'-P'.length)));
    expect(cases).toHaveLength(count);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(count);
    for (const one of cases) expect(one.id.split('-')[0]).toBe(one.module.id);
  });

  test('every case is decided by checks of the profile, or says why not', () => {
    for (const { name, checks, whyNot } of all) {
      if (whyNot !== null) {
        expect(whyNot.length, name).toBeGreaterThan(20);
        continue;
      }
      // A case that waits for a planned check is not decided by anything yet.
      expect(checks.filter((code) => DECIDED.has(code)).length, name).toBeGreaterThan(0);
      expect(unknown(checks), name).toEqual([]);
      expect(
        checks.filter((code) => gates[code] === undefined),
        name,
      ).toEqual([]);
    }
  });

  test('a case that repeats another is decided by the same checks', () => {
    const byName = new Map(all.map((one) => [one.name, one]));
    for (const { name, repeats, checks } of all)
      if (repeats !== null) expect(byName.get(repeats), name).toMatchObject({ checks });
  });

  test('a vendor can answer for the feature of every module, and for no other', () => {
    expect(new Set(all.map(({ module }) => module.feature))).toEqual(new Set(FEATURES));
  });
});
