import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { lockOf } from '../../harness/check/lock.ts';
import { SUITES } from '../../harness/check/suites.ts';
import { CHECKS } from '../proof/proof.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const planned: Record<string, string> = parse(read('planned.yaml')) ?? {};
const profiles = await readdir(new URL('profiles/', import.meta.url));

describe('the catalogue', () => {
  test('checks.lock says what the checks say; npm run lock writes it anew', () => {
    expect(read('checks.lock')).toBe(lockOf(CHECKS, planned));
  });

  test('a check that exists is not planned any more', () => {
    expect(CHECKS.map(({ definition }) => definition.id).filter((id) => planned[id] !== undefined)).toEqual(
      [],
    );
  });

  test('the codes of a suite have no gaps', () => {
    const codes = [...CHECKS.map(({ definition }) => definition.id as string), ...Object.keys(planned)];
    for (const { prefix } of SUITES) {
      const numbers = codes
        .filter((code) => code.startsWith(`${prefix}-`))
        .map((code) => Number(code.slice(-3)));
      expect(
        numbers.sort((a, b) => a - b),
        prefix,
      ).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  test('every check is part of the baseline and of rfc-strict', () => {
    for (const profile of ['baseline', 'rfc-strict']) {
      const { gates } = parse(read(`profiles/${profile}.yaml`)) as { gates: Record<string, string> };
      const missing = CHECKS.map(({ definition }) => definition.id).filter((id) => gates[id] === undefined);
      expect(missing, profile).toEqual([]);
    }
  });

  test('profiles are named as their files', () => {
    for (const file of profiles)
      expect(`${(parse(read(`profiles/${file}`)) as { id: string }).id}.yaml`).toBe(file);
  });
});
