import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { misconclusions } from '../../reports/model/conclude.ts';
import { miscounts } from '../../reports/model/counts.ts';
import { parseRecord } from '../../reports/model/schema.ts';
import { writeRecord } from '../../reports/write.ts';
import type { CheckDefinition } from '../check/define.ts';
import { checkOf } from '../engine/testing/definition.ts';
import type { Verdict } from '../model/verdict.ts';
import { type AuditedTarget, assembleRecord, type RunFacts } from './assemble.ts';
import { openJournal } from './journal.ts';
import { planTarget } from './plan.ts';
import { resultOf } from './testing/result.ts';

const made = (id: CheckDefinition['id']) => checkOf(async () => {}, { id });
const [FIRST, SECOND, THIRD] = [made('STLS-001'), made('SMTP-001'), made('SMTP-002')];
const CHECKS = [FIRST, SECOND, THIRD];

const RUN: RunFacts = {
  runId: 'test',
  startedAt: new Date('2026-01-01T00:00:00Z'),
  finishedAt: new Date('2026-01-01T00:00:01Z'),
  interrupted: null,
  profile: {
    id: 'test',
    version: '1',
    title: 'Test',
    description: 'Test',
    verification: 'verified',
    clauses: [],
    gates: { 'STLS-001': 'fail', 'SMTP-001': 'fail' },
  },
  strict: false,
  selection: { only: [], skip: [] },
  expected: [],
  remedies: [],
  knownFaults: [],
  consequences: {},
  translations: [],
  checks: CHECKS.map(({ definition }) => definition.id),
  declared: ['mail'],
  rerunOptions: [],
  engine: null,
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-assemble-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A target whose journal holds these results. */
function audited(
  results: readonly (readonly [typeof FIRST, Verdict])[],
  over: Partial<AuditedTarget> = {},
  name = 'mail',
): AuditedTarget {
  const journalFile = join(folder, `${name}.jsonl`);
  const journal = openJournal(journalFile);
  for (const [check, verdict] of results)
    journal.append({ kind: 'result', result: { ...resultOf(check, verdict), target: name } });
  journal.close();
  return {
    plan: planTarget(CHECKS, { name, permissions: ['safe'], settings: {} }, RUN.profile, RUN.selection),
    declaration: {
      name,
      driver: 'host',
      domain: 'example.test',
      hostname: 'mail.example.test',
      at: { file: 'targets.yaml', line: 3 },
    },
    target: null,
    lab: null,
    artefact: {},
    failure: null,
    journalFile,
    disagreements: new Map(),
    ...over,
  };
}

/** The record, which must always be one that the schema accepts and that does not contradict itself. */
async function assembled(run: Partial<RunFacts>, ...targets: readonly AuditedTarget[]) {
  const record = await assembleRecord({ ...RUN, ...run }, targets);
  expect(parseRecord(writeRecord(record))).toEqual(record);
  expect([...miscounts(record), ...misconclusions(record)]).toEqual([]);
  const verdicts = record.targets.flatMap(({ results }) => results.map(({ verdict }) => verdict));
  return { record, verdicts };
}

describe('an expected deviation', () => {
  const entry = {
    target: 'mail',
    check: 'STLS-001',
    verdict: 'fail',
    reason: 'The old appliance goes in March.',
    authority: 'Operations',
    expires: '2026-03-31',
    place: 'mailspec-expected.yaml:3:5',
  } as const;

  test('changes what the run ends with, and neither verdict nor conclusion', async () => {
    const target = audited([
      [FIRST, 'fail'],
      [SECOND, 'pass'],
    ]);
    const { record, verdicts } = await assembled({ expected: [entry] }, target);
    expect(verdicts).toEqual(['fail', 'pass']);
    expect(record).toMatchObject({ conclusion: 'non-conformant', exitCode: 0 });
    expect(record.targets[0]).toMatchObject({ conclusion: 'non-conformant' });
    expect(record.targets[0]?.results[0]).toMatchObject({
      consequence: 'waived',
      waiver: { reason: 'The old appliance goes in March.', authority: 'Operations' },
    });
    expect(record.expected).toMatchObject([{ state: 'met' }]);
  });

  test('that cannot be told from what happened keeps a run open', async () => {
    const open = { ...entry, verdict: 'inconclusive' } as const;
    const { record } = await assembled(
      { expected: [open] },
      audited([
        [FIRST, 'inconclusive'],
        [SECOND, 'pass'],
      ]),
    );
    expect(record).toMatchObject({ conclusion: 'undetermined', exitCode: 0 });
  });

  test.each<[string, Partial<RunFacts>, Verdict, exitCode: number, state: string]>([
    ['did not occur', { expected: [entry] }, 'pass', 4, 'stale'],
    ['does not apply any more', { expected: [entry] }, 'not-applicable', 4, 'stale'],
    ['became less', { expected: [entry] }, 'warn', 4, 'stale'],
    ['has expired', { expected: [{ ...entry, expires: '2025-12-31' }] }, 'fail', 4, 'stale'],
    ['holds for its last day', { expected: [{ ...entry, expires: '2026-01-01' }] }, 'fail', 0, 'met'],
    ['is of no check', { expected: [{ ...entry, check: 'STLS-999' }] }, 'pass', 4, 'stale'],
    ['is of no target', { expected: [{ ...entry, target: 'elsewhere' }] }, 'pass', 4, 'stale'],
    ['was not looked for', { expected: [{ ...entry, check: 'SMTP-002' }] }, 'pass', 0, 'open'],
    ['was not settled', { expected: [entry] }, 'inconclusive', 2, 'open'],
    ['broke instead', { expected: [entry] }, 'error', 2, 'open'],
    ['became more', { expected: [{ ...entry, verdict: 'warn' }] }, 'fail', 1, 'stale'],
  ])('that %s', async (_, run, verdict, exitCode, state) => {
    const { record } = await assembled(
      run,
      audited([
        [FIRST, verdict],
        [SECOND, 'pass'],
      ]),
    );
    expect({ exitCode: record.exitCode, state: record.expected[0]?.state }).toEqual({ exitCode, state });
  });

  test('that is stale hides no other finding', async () => {
    const stale = { ...entry, expires: '2025-12-31' };
    const { record } = await assembled(
      { expected: [stale] },
      audited([
        [FIRST, 'fail'],
        [SECOND, 'fail'],
      ]),
    );
    expect(record.exitCode).toBe(1);
  });

  test('cannot be an error of our own, nor a check that was not run', async () => {
    const { record } = await assembled({ expected: [entry] }, audited([[SECOND, 'pass']]));
    expect(record).toMatchObject({ conclusion: 'undetermined', exitCode: 2 });
    expect(record.targets[0]?.results[0]).toMatchObject({ consequence: 'unsettled', waiver: null });
  });
});

describe('the record', () => {
  test('holds a result for every check of the plan, in its order', async () => {
    const { record, verdicts } = await assembled(
      {},
      audited([
        [SECOND, 'pass'],
        [FIRST, 'pass'],
      ]),
    );
    expect(record.targets[0]?.results.map(({ check }) => check)).toEqual(['STLS-001', 'SMTP-001']);
    expect(verdicts).toEqual(['pass', 'pass']);
    expect(record).toMatchObject({ conclusion: 'conformant', exitCode: 0 });
    expect(record.counts).toMatchObject({ pass: 2, notSelected: 1 });
  });

  test('says of a check without a result that it was not run, and is undetermined', async () => {
    const { record, verdicts } = await assembled({}, audited([[FIRST, 'pass']]));
    expect(verdicts).toEqual(['pass', 'not-run']);
    expect(record).toMatchObject({ conclusion: 'undetermined', exitCode: 2 });
    expect(record.targets[0]?.results[1]).toMatchObject({
      check: 'SMTP-001',
      cause: 'harness',
      consequence: 'unsettled',
      reason: 'The check was planned and left no result.',
    });
  });

  test('of an empty journal has nothing but checks that were not run', async () => {
    const { record, verdicts } = await assembled({}, audited([]));
    expect(verdicts).toEqual(['not-run', 'not-run']);
    expect(record.exitCode).toBe(2);
  });

  test('does not take results that were not planned', async () => {
    const { verdicts } = await assembled(
      {},
      audited([
        [FIRST, 'pass'],
        [SECOND, 'pass'],
        [THIRD, 'fail'],
      ]),
    );
    expect(verdicts).toEqual(['pass', 'pass']);
  });

  test('trusts no result that the test runner contradicts', async () => {
    const { record, verdicts } = await assembled(
      {},
      audited(
        [
          [FIRST, 'pass'],
          [SECOND, 'pass'],
        ],
        { disagreements: new Map([['STLS-001', 'broken\n\u001b[2J']]) },
      ),
    );
    expect(verdicts).toEqual(['error', 'pass']);
    expect(record.targets[0]?.results[0]?.reason).toBe(
      'The journal says pass, the test runner says otherwise: broken\\n\\x1b[2J',
    );
    expect(record.exitCode).toBe(2);
  });

  test('of a target that could not be audited takes nothing from its journal', async () => {
    const { record, verdicts } = await assembled(
      {},
      audited(
        [
          [FIRST, 'pass'],
          [SECOND, 'pass'],
        ],
        { failure: 'The container did not start.' },
      ),
    );
    expect(verdicts).toEqual(['not-run', 'not-run']);
    expect(record.targets[0]).toMatchObject({
      conclusion: 'undetermined',
      failure: 'The container did not start.',
    });
    expect(record.exitCode).toBe(2);
  });

  test('of several targets concludes with the worst', async () => {
    const good = audited([
      [FIRST, 'pass'],
      [SECOND, 'pass'],
    ]);
    const other = audited(
      [
        [FIRST, 'pass'],
        [SECOND, 'pass'],
      ],
      {},
      'other',
    );
    const missing = { ...other, journalFile: join(folder, 'absent.jsonl') };
    expect((await assembled({}, good, other)).record.conclusion).toBe('conformant');
    expect((await assembled({}, good, missing)).record.conclusion).toBe('undetermined');
  });

  test('of a run that was cut short is never conformant', async () => {
    const target = audited([
      [FIRST, 'pass'],
      [SECOND, 'pass'],
    ]);
    const { record } = await assembled({ interrupted: 'it was asked to stop.' }, target);
    expect(record).toMatchObject({ conclusion: 'undetermined', exitCode: 2 });
  });

  test('keeps a finding through everything', async () => {
    const target = audited([[FIRST, 'fail']]);
    const { record } = await assembled({ interrupted: 'it was asked to stop.' }, target);
    expect(record).toMatchObject({ conclusion: 'non-conformant', exitCode: 1 });
  });

  test('without a target is undetermined', async () => {
    expect((await assembled({})).record.exitCode).toBe(2);
  });
});

const EXIT: Readonly<Record<Verdict, number>> = {
  pass: 0,
  warn: 0,
  'not-applicable': 0,
  fail: 1,
  inconclusive: 2,
  error: 2,
  'not-run': 2,
};

test.each(Object.entries(EXIT))('a run with a %s beside a pass ends with %i', async (verdict, code) => {
  const { record } = await assembled(
    {},
    audited([
      [FIRST, 'pass'],
      [SECOND, verdict as Verdict],
    ]),
  );
  expect(record.exitCode).toBe(code);
});

describe('a run that asks a part of an earlier one again', () => {
  const again = { runId: 'before', checks: { mail: ['STLS-001'] }, of: 7 };

  test('says so in its record, and why it left the rest out', async () => {
    const selection = { only: ['STLS-001', 'SMTP-001'], skip: [], again };
    const plan = planTarget(
      CHECKS,
      { name: 'mail', permissions: ['safe'], settings: {} },
      RUN.profile,
      selection,
    );
    const { record, verdicts } = await assembled({ selection }, audited([[FIRST, 'pass']], { plan }));
    expect(verdicts).toEqual(['pass']);
    expect(record.rerunOf).toEqual({ runId: 'before', checks: 1, of: 7 });
    expect(record.selection).toEqual({ only: ['STLS-001', 'SMTP-001'], skip: [] });
    expect(record.targets[0]?.notSelected).toContainEqual({
      check: 'SMTP-001',
      why: 'was not left failed or open by run before',
      reason: 'selection',
    });
  });

  test('is told from one that stands on its own', async () => {
    const { record } = await assembled({}, audited([[FIRST, 'pass']]));
    expect(record).not.toHaveProperty('rerunOf');
    expect(record).not.toHaveProperty('expectedFrom');
  });
});
