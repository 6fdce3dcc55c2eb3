import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
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

type Case =
  | { readonly checks: readonly string[]; readonly repeats?: string }
  | { readonly 'why-not': string };
type Specification = {
  readonly version: string;
  readonly groups: readonly {
    readonly id: string;
    readonly title: string;
    readonly cases: Record<string, Case>;
  }[];
};

describe('the test cases of TR-03108-P and TR-03182-P', () => {
  const specifications: Record<string, Specification> = parse(
    readFileSync(new URL('bsi-test-cases.yaml', import.meta.url), 'utf8'),
  );
  const casesOf = (name: string) =>
    (specifications[name]?.groups ?? []).flatMap(({ cases }) => Object.entries(cases));
  const bsi = PROFILES.find(({ id }) => id === 'bsi-tr-03108');

  test.each([
    ['TR-03108-P', 63],
    ['TR-03182-P', 35],
  ])('%s: all %i are accounted for', (name, count) => {
    expect(casesOf(name)).toHaveLength(count);
  });

  test.each(Object.keys(specifications))(
    '%s: every case is decided by checks of the profile, or says why not',
    (name) => {
      for (const [id, entry] of casesOf(name)) {
        if ('why-not' in entry) {
          expect(entry['why-not'].length, id).toBeGreaterThan(20);
          continue;
        }
        // A case that waits for a planned check is not decided by anything yet.
        expect(entry.checks.filter((code) => DECIDED.has(code)).length, id).toBeGreaterThan(0);
        expect(unknown(entry.checks), id).toEqual([]);
        expect(
          entry.checks.filter((code) => bsi?.gates[code] === undefined),
          id,
        ).toEqual([]);
      }
    },
  );

  test('a case that repeats another is decided by the same checks', () => {
    const all = Object.keys(specifications).flatMap((name) =>
      casesOf(name).map(([id, entry]) => [`${name.slice(0, -2)}-${id}`, entry] as const),
    );
    const byId = new Map<string, Case>(all);
    for (const [id, entry] of all) {
      if (!('repeats' in entry) || entry.repeats === undefined) continue;
      expect(byId.get(entry.repeats), id).toMatchObject({ checks: entry.checks });
    }
  });
});
