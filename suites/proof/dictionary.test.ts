import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FAULT_NAMES } from '../../harness/model/faults.ts';
import type { Verdict } from '../../harness/model/verdict.ts';
import { loadConsequences, loadKnownFaults } from '../../harness/runner/known-faults.ts';
import { brokenDemands } from '../../reports/model/broken-demands.ts';
import { diagnose, type KnownFault } from '../../reports/model/diagnosis.ts';
import type { VariantResult } from '../../reports/model/vocabulary.ts';
import { readDictionary } from './dictionary-file.ts';
import { CHECKS, explained, resultOn } from './proof.ts';

const dictionary = await readDictionary();
const claimed: Record<string, Record<string, string>> = parse(
  readFileSync(new URL('../catalog/kill-matrix.yaml', import.meta.url), 'utf8'),
);
const CATALOGUE = fileURLToPath(new URL('../catalog', import.meta.url));
const known = await loadKnownFaults(CATALOGUE);
const FOUND: readonly Verdict[] = ['fail', 'warn'];
/** Of the findings that no check claims, one of so many is evaluated again. */
const STRIDE = 12;

describe('the dictionary says what the kill matrix says', () => {
  test.each(Object.keys(dictionary))('%s', (name) => {
    const fault = FAULT_NAMES.find((one) => one === name);
    const row = Object.entries((fault && dictionary[fault]) ?? {});
    const verdicts = Object.fromEntries(row.map(([code, [verdict]]) => [code, verdict]));
    expect(verdicts).toMatchObject(claimed[name] ?? {});
  });
});

describe.concurrent('what no check claims is so', () => {
  const unclaimed = FAULT_NAMES.flatMap((fault) =>
    Object.entries(dictionary[fault] ?? {}).flatMap(([code, [verdict, ...demands]]) =>
      claimed[fault]?.[code] === undefined && FOUND.includes(verdict)
        ? [{ fault, code, verdict, demands }]
        : [],
    ),
  );
  const sample = unclaimed.filter((_, index) => index % STRIDE === 0);
  test.each(sample)('$code is $verdict under $fault', async ({ fault, code, verdict, demands }) => {
    const check = CHECKS.find(({ definition }) => definition.id === code);
    if (!check) throw new Error(`The dictionary names ${code}, which does not exist.`);
    const result = await resultOn(check, { faults: [fault] });
    expect(result.verdict, explained(result)).toBe(verdict);
    // Which of them are broken depends on what is drawn; a cause is known by any of them.
    const broken = brokenDemands(result);
    expect(demands.filter((demand) => broken.includes(demand))).not.toEqual([]);
  });
});

test('what follows from a finding is a check', async () => {
  const consequences = await loadConsequences(CATALOGUE);
  const codes: readonly string[] = CHECKS.map(({ definition }) => definition.id);
  for (const [code, following] of Object.entries(consequences)) {
    expect(codes).toContain(code);
    for (const one of following) expect(codes).toContain(one);
  }
});

/** A server that has one mistake, as the dictionary knows it. */
function serverWith({ signature }: KnownFault) {
  return CHECKS.map(({ definition: { id, severity } }) => {
    const effect = signature[id];
    const verdict = effect?.verdict ?? 'pass';
    const variants = [variantWith(effect?.demands ?? [])];
    return { check: id, severity, verdict, consequence: 'finding' as const, variants };
  });
}

function variantWith(demands: readonly string[]): VariantResult {
  const violations = demands.map((demand) => ({
    demand,
    expected: '',
    actual: '',
    held: false,
    strict: true,
    at: 0,
  }));
  return {
    name: '',
    role: null,
    verdict: 'fail',
    cause: null,
    reason: '',
    violations,
    deviations: [],
    verified: 1,
  };
}

describe('a server with one mistake is told by it', () => {
  const telling = known.filter(
    ({ signature }) => Object.values(signature).filter(({ verdict }) => FOUND.includes(verdict)).length > 1,
  );
  test.each(telling.map((fault) => [fault.name, fault] as const))('%s', (name, fault) => {
    const [cause, ...others] = diagnose(serverWith(fault), known);
    expect(cause?.faults.map((one) => one.name)).toContain(name);
    expect(cause?.doesNotFit).toEqual([]);
    expect(others).toEqual([]);
  });
});
