import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SUITES } from '../../harness/model/suites.ts';
import { type LedgerEntry, ledgerOf } from '../../harness/runner/ledger.ts';
import { lockOf } from '../../harness/runner/lock.ts';
import { PROFILE_LOCK, parseProfileLock, profileLockOf } from '../../harness/runner/profile-lock.ts';
import { CHECKS } from '../proof/proof.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const planned: Record<string, string> = parse(read('planned.yaml')) ?? {};

describe('the catalogue', () => {
  test('checks.lock says what the checks say; npm run lock writes it anew', () => {
    expect(read('checks.lock')).toBe(lockOf(CHECKS, planned));
  });

  test('the ledger says where every requirement is decided; npm run lock writes it anew', () => {
    expect(read('ledger.yaml')).toBe(ledgerOf(CHECKS, planned));
  });

  test('ledger and lock list the same requirements', () => {
    const keys = (name: string) => Object.keys(parse(read(name)) as Record<string, unknown>);
    expect(keys('ledger.yaml')).toEqual(keys('checks.lock'));
    expect(keys('ledger.yaml').length).toBeGreaterThanOrEqual(250);
  });

  test('every file of the ledger is there and holds its requirement', () => {
    const ledger: Record<string, LedgerEntry> = parse(read('ledger.yaml'));
    for (const [id, entry] of Object.entries(ledger)) {
      if ('check' in entry) expect(read(`../../${entry.check}`), id).toContain(`'${id}'`);
      else expect(entry['not-tested'].length, id).toBeGreaterThan(20);
    }
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

  test('profiles.lock says what is frozen, and nothing of it changed; npm run lock adds what was frozen since', async () => {
    const folder = fileURLToPath(new URL('profiles/', import.meta.url));
    const lock = read(PROFILE_LOCK);
    expect(await profileLockOf(folder, parseProfileLock(lock))).toBe(lock);
  });
});

test('every check of mailspec names a fault by which it is proven', () => {
  expect(CHECKS.filter(({ definition }) => definition.kills.length === 0)).toEqual([]);
});
