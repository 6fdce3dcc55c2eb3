import { marked } from 'marked';
import { expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import { specified } from '../fixtures/specifications.ts';
import type { ModuleRecord, RunRecord, TargetRecord } from '../model/record.ts';
import { parseRecord } from '../model/schema.ts';
import { CASE_STATES, caseState, moduleState, specificationState } from '../model/test-case-state.ts';
import { differences, rowsOf } from '../recount/row.ts';
import { deriveReport, testReportsOf, writeRecord } from '../write.ts';

const RECORDS: readonly RunRecord[] = Array.from({ length: 400 }, (_, seed) => {
  const text = seed % 4 === 3 ? rawText : visibleText;
  return specified(randomRecord(seeded(seed), text), seeded(seed + 1_000), text);
});
const ORDERLY = RECORDS.filter((_, seed) => seed % 4 !== 3);

const reportOf = (record: RunRecord, format: 'bsi' | 'bsi-markdown') =>
  testReportsOf(record)
    .find((one) => one.format === format)
    ?.write(record) ?? '';

test('a record without specifications has no such report, and one with them is a record', () => {
  expect(testReportsOf(randomRecord(seeded(1), visibleText))).toEqual([]);
  for (const record of ORDERLY.slice(0, 50)) expect(parseRecord(writeRecord(record))).toEqual(record);
});

test.each(['bsi', 'bsi-markdown'] as const)(
  '%s, read again without its writer, says what the record says',
  (format) => {
    for (const record of ORDERLY) expect(deriveReport(record, format)).toBe(reportOf(record, format));
  },
);

test('the fixtures have cases in every state', () => {
  const states = ORDERLY.flatMap(({ profile, targets }) =>
    targets.flatMap((target) =>
      (profile.specifications ?? []).flatMap(({ modules }) =>
        modules.flatMap((module) => module.cases.map((one) => caseState(one, module, target))),
      ),
    ),
  );
  expect(new Set(states)).toEqual(new Set(CASE_STATES));
});

test('no case has passed where a check is open, failed, or was not run, and a waiver changes nothing', () => {
  let passed = 0;
  for (const { profile, targets } of ORDERLY)
    for (const target of targets)
      for (const { modules } of profile.specifications ?? [])
        for (const module of modules)
          for (const one of module.cases) {
            const verdicts = one.checks.map(
              (check) => target.results.find((result) => result.check === check)?.verdict,
            );
            if (caseState(one, module, target) !== 'passed') continue;
            passed += 1;
            expect(verdicts).toContain('pass');
            expect(verdicts.filter((verdict) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual(
              [],
            );
          }
  expect(passed).toBeGreaterThan(20);
});

test.each([
  ['bsi', /data-state="failed"/, 'data-state="passed"'],
  ['bsi', /data-state="not-tested"/, 'data-state="passed"'],
  ['bsi', /data-claimed="no"/, 'data-claimed="yes"'],
  ['bsi', /(data-check="[^"]*" data-verdict=")fail"/, '$1pass"'],
  ['bsi', /<data value="\d+"( data-cases="failed"[^>]*>)\d+/, '<data value="0"$10'],
  ['bsi', /<data value="\d+" data-cases=/, '<data value="77" data-cases='],
  ['bsi', /\n<tr class="[a-zA-Z]*" data-case=.*/, ''],
  ['bsi-markdown', /^(- `[A-Z]-\d\d`) failed/m, '$1 passed'],
  ['bsi-markdown', /^(- `[A-Z]-\d\d`) not tested/m, '$1 passed'],
  ['bsi-markdown', /^(Cases: \d+ passed, )\d+/m, '$177'],
  ['bsi-markdown', /^- `[A-Z]-\d\d` failed.*\n/m, ''],
] as const)('a report in %s in which %s is forged is not read', (format, what, instead) => {
  let tried = 0;
  for (const record of ORDERLY.slice(0, 80)) {
    const [report] = testReportsOf(record).filter((one) => one.format === format);
    const written = report?.write(record) ?? '';
    const forged = written.replace(what, instead);
    if (forged === written) continue;
    tried += 1;
    const wrong = () => {
      const found = report?.read(forged) ?? [];
      const due = rowsOf(record).flatMap((row) => report?.states?.(row) ?? []);
      if (differences(due, found).length > 0) throw new Error('differs');
    };
    expect(wrong).toThrow();
  }
  expect(tried).toBeGreaterThan(3);
});

test('holds no character that a format cannot carry, and nothing that a server could make it', () => {
  const OURS = /^<\/?(?:h[1-4]|p|ul|li|strong|code)>$/;
  for (const [seed, record] of RECORDS.entries()) {
    for (const format of ['bsi', 'bsi-markdown'] as const) {
      const found = /[^\n\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]/u.exec(reportOf(record, format));
      expect({ seed, format, found: found?.[0] }).toEqual({ seed, format });
    }
    const rendered = marked.parse(reportOf(record, 'bsi-markdown'), { async: false, gfm: true });
    for (const [tag] of rendered.matchAll(/<[^>]*>?/g))
      expect({ seed, tag, known: OURS.test(tag) }).toEqual({ seed, tag, known: true });
  }
});

/** A run of one target with a result that passes and one that fails. */
const MIXED = randomRecordWhere(({ targets: [target] }) => {
  const verdicts = (target?.results ?? []).map(({ verdict }) => verdict);
  return verdicts.includes('pass') && verdicts.includes('fail') && verdicts.includes('inconclusive');
});
const TARGET = MIXED.targets[0] ?? failure();
const codeWith = (verdict: string) =>
  TARGET.results.find((one) => one.verdict === verdict)?.check ?? failure();

function moduleOf(more: Partial<ModuleRecord>, ...checks: readonly string[]): ModuleRecord {
  const testCase = { id: 'X-01', checks, repeats: null, whyNot: checks.length === 0 ? 'why' : null };
  return {
    id: 'X',
    title: 'x',
    feature: 'dnssec',
    level: 'MUST',
    condition: null,
    cases: [testCase],
    ...more,
  };
}

function stating(features: Readonly<Record<string, boolean>>): TargetRecord {
  return { ...TARGET, conformanceStatement: { vendor: 'v', product: 'p', version: '1', features } };
}

test.each([
  ['passed', moduleOf({}, codeWith('pass')), { dnssec: true }],
  ['failed', moduleOf({}, codeWith('pass'), codeWith('fail')), { dnssec: true }],
  ['open', moduleOf({}, codeWith('pass'), codeWith('inconclusive')), { dnssec: true }],
  ['open', moduleOf({}, codeWith('pass'), 'STLS-999'), { dnssec: true }],
  ['not-testable', moduleOf({}), { dnssec: true }],
  ['missing', moduleOf({}, codeWith('pass')), { dnssec: false }],
  ['not-claimed', moduleOf({ level: 'SHOULD' }, codeWith('fail')), { dnssec: false }],
  ['not-claimed', moduleOf({ condition: 'sometimes' }, codeWith('fail')), { dnssec: false }],
] as const)('a module is %s', (state, module, features) => {
  expect(moduleState(module, stating(features))).toBe(state);
});

test('a specification has passed only where the vendor answers for every module and nothing was seen beside', () => {
  const specification = { id: 'S', version: '1', modules: [moduleOf({}, codeWith('pass'))] };
  expect(specificationState(specification, stating({ dnssec: true }))).toBe('passed');
  expect(specificationState(specification, stating({}))).toBe('open');
  expect(specificationState(specification, TARGET)).toBe('open');
  const transcript = [
    ['connected to mx at 127.0.0.1:25'],
    ['TLS established: TLSv1.1, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'],
  ].map(([text = ''], seq) => ({
    ...{ seq, at: seq, connection: 1, who: 'note' as const, layer: null, text, mark: null },
  }));
  const stated = stating({ dnssec: true });
  const seen: TargetRecord = {
    ...stated,
    conformanceStatement: {
      ...(stated.conformanceStatement ?? failure()),
      tlsVersions: ['TLSv1.2', 'TLSv1.3'],
    },
    results: stated.results.map((result) => ({ ...result, transcript })),
  };
  expect(specificationState(specification, seen)).toBe('open');
  const record = {
    ...MIXED,
    profile: { ...MIXED.profile, specifications: [specification] },
    targets: [seen],
  };
  for (const format of ['bsi', 'bsi-markdown'] as const)
    expect(reportOf(record, format)).toContain('mx spoke TLSv1.1, which the statement does not list.');
});

test('a run that asked a part shows the rest as not tested', () => {
  const specification = {
    id: 'S',
    version: '1',
    modules: [moduleOf({}, codeWith('pass')), moduleOf({ id: 'Y' }, 'STLS-999')],
  };
  const record: RunRecord = {
    ...MIXED,
    rerunOf: { runId: 'r', checks: 1, of: 2 },
    profile: { ...MIXED.profile, specifications: [specification] },
  };
  expect(reportOf(record, 'bsi')).toContain('data-cases="not-tested"');
  expect(reportOf(record, 'bsi')).toContain('The run is partial: it asked 1 of the 2 checks');
  expect(reportOf(record, 'bsi-markdown')).toContain('- `X-01` not tested: STLS-999 not asked\n');
});

function failure(): never {
  throw new Error('The fixtures lack something.');
}
