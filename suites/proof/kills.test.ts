import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FAULT_NAMES, type FaultName } from '../../harness/model/faults.ts';
import { CHECKS, explained, resultOn } from './proof.ts';

/** Fault by fault, the checks that name it in `kills`, with the verdict that it must lead to. */
const matrix: Record<string, Record<string, string>> = parse(
  readFileSync(new URL('../catalog/kill-matrix.yaml', import.meta.url), 'utf8'),
);

describe.concurrent('every fault is caught', () => {
  for (const [fault, verdicts] of Object.entries(matrix)) {
    for (const [id, expected] of Object.entries(verdicts)) {
      const check = CHECKS.find(({ definition }) => definition.id === id);
      const name = FAULT_NAMES.find((known) => known === fault);
      test(`${id} is ${expected} under ${fault}`, async () => {
        if (!check || !name)
          throw new Error(`The kill matrix names ${id} and ${fault}; one of them does not exist.`);
        const result = await resultOn(check, { faults: [name] });
        expect(result.verdict, explained(result)).toBe(expected);
      });
    }
  }
});

/** States of a server that are no defects: they must leave a check open. */
const LEAVES_OPEN: Readonly<Partial<Record<FaultName, string>>> = {
  'auth-temporarily-unavailable': 'SUB-005',
  'mx-drops-foreign-mail': 'RLY-001',
};

/** Faults that wait for a check which is planned. */
const WAITING: readonly FaultName[] = [];

describe('what is no defect', () => {
  for (const [fault, id] of Object.entries(LEAVES_OPEN)) {
    test(`${fault} leaves ${id} open`, async () => {
      const check = CHECKS.find(({ definition }) => definition.id === id);
      const name = FAULT_NAMES.find((known) => known === fault);
      if (!check || !name) throw new Error(`${id} or ${fault} does not exist.`);
      const result = await resultOn(check, { faults: [name] });
      expect(result.verdict, explained(result)).toBe('inconclusive');
    });
  }
});

describe('the kill matrix is complete', () => {
  test('it says what the checks say', () => {
    const claimed = CHECKS.flatMap(({ definition }) =>
      definition.kills.map((fault) => `${fault} ${definition.id}`),
    );
    const committed = Object.entries(matrix).flatMap(([fault, verdicts]) =>
      Object.keys(verdicts).map((id) => `${fault} ${id}`),
    );
    expect(committed.sort()).toEqual(claimed.sort());
  });

  test('every fault is caught by a check', () => {
    const exempt: readonly string[] = [...Object.keys(LEAVES_OPEN), ...WAITING];
    const uncaught = FAULT_NAMES.filter((fault) => matrix[fault] === undefined && !exempt.includes(fault));
    expect(uncaught).toEqual([]);
  });

  test('a fault that leads to a warning only is no reason to call a check able to fail', () => {
    const unable = CHECKS.filter(
      ({ definition }) =>
        definition.worst !== 'warn' &&
        !definition.kills.some((fault) => matrix[fault]?.[definition.id] === 'fail'),
    );
    expect(unable.map(({ definition }) => definition.id)).toEqual([]);
  });
});
