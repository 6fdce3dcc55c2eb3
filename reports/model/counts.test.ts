import { expect, test } from 'vitest';
import { randomRecordWhere } from '../fixtures/random-record.ts';
import { countVerdicts, miscounts } from './counts.ts';
import { VERDICTS } from './vocabulary.ts';

test('every verdict has a number, also where nothing has it', () => {
  expect(countVerdicts([{ verdict: 'fail' }, { verdict: 'fail' }])).toEqual({
    ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])),
    fail: 2,
  });
});

test('a count that the results contradict is named', () => {
  const record = randomRecordWhere(({ counts }) => counts.fail > 0);
  expect(miscounts(record)).toEqual([]);
  const lost = { ...record, counts: { ...record.counts, pass: record.counts.pass + 1, notSelected: 99 } };
  expect(miscounts(lost)).toHaveLength(2);
  const targets = record.targets.map((target) => ({ ...target, results: target.results.slice(1) }));
  expect(miscounts({ ...record, targets }).length).toBeGreaterThan(0);
});
