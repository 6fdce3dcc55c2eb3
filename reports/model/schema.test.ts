import { readFile } from 'node:fs/promises';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { seeded } from '../../harness/model/seeded.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import type { RunRecord } from './record.ts';
import { parseRecord, recordJsonSchema, runRecordSchema } from './schema.ts';

type Readonlyish<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Readonlyish<Item>[]
    : { readonly [Key in keyof T]: Readonlyish<T[Key]> };

test('the schema demands what the type of the record says, no more and no less', () => {
  expectTypeOf<RunRecord>().toExtend<Readonlyish<z.input<typeof runRecordSchema>>>();
  expectTypeOf<z.output<typeof runRecordSchema>>().toExtend<RunRecord>();
});

test('the published JSON Schema is in step with the schema', async () => {
  const published = await readFile(new URL('results.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published), 'run: node reports/model/write-json-schema.ts').toEqual(
    JSON.parse(recordJsonSchema()),
  );
});

test('a record survives its file', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
  }
});

test('text that is not in visible notation is refused', () => {
  const record = randomRecordWhere(({ targets }) => targets.length > 0);
  expect(runRecordSchema.safeParse(record).success).toBe(true);
  for (const runId of ['a\nb', '\u001b[2J', '\u202e', '\ud800', '\u0000', '\u2028']) {
    expect(runRecordSchema.safeParse({ ...record, runId }).success).toBe(false);
  }
  const raw = Array.from({ length: 20 }, (_, seed) =>
    randomRecord(seeded(seed), (chance) => `${rawText(chance)}\u0085`),
  );
  expect(raw.some((one) => runRecordSchema.safeParse(one).success)).toBe(false);
});

test('unknown keys, a result counted twice and two targets of one name are refused', () => {
  const record = randomRecordWhere(({ counts }) => counts.pass > 0);
  const target = record.targets.find(({ results }) => results.length > 0);
  if (!target) throw new Error('A record with a pass has no target with results.');
  const twice = { ...target, results: [...target.results, ...target.results] };
  expect(runRecordSchema.safeParse({ ...record, targets: [target] }).success).toBe(true);
  expect(runRecordSchema.safeParse({ ...record, surprise: 1 }).success).toBe(false);
  expect(runRecordSchema.safeParse({ ...record, targets: [target, target] }).success).toBe(false);
  expect(runRecordSchema.safeParse({ ...record, targets: [twice] }).success).toBe(false);
  expect(runRecordSchema.safeParse({ ...record, targets: [{ ...target, name: 'other' }] }).success).toBe(
    false,
  );
});
