import { describe, expect, test } from 'vitest';
import { seeded } from '../../harness/model/seeded.ts';
import { readAsDorny } from '../consumers/dorny.ts';
import { readAsGitLab } from '../consumers/gitlab.ts';
import { readAsJenkins } from '../consumers/jenkins.ts';
import { readAsMikepenz } from '../consumers/mikepenz.ts';
import { readAsPublishUnitTestResult } from '../consumers/publish-unit-test-result.ts';
import type { ReadCase } from '../consumers/reading.ts';
import { readAsSonobuoy } from '../consumers/sonobuoy.ts';
import { parseXml, type Tree } from '../consumers/xml-tree.ts';
import { rawText, visibleText } from '../fixtures/hostile-text.ts';
import { randomRecord, randomRecordWhere } from '../fixtures/random-record.ts';
import { targetObstacle } from '../model/conclude.ts';
import { rowsOfJunit } from '../recount/junit.ts';
import { rowsOf } from '../recount/row.ts';
import { writeJunit } from './junit.ts';

const RECORDS = 40;

const CONSUMERS: readonly [name: string, read: (root: Tree) => ReadCase[]][] = [
  ['Jenkins', readAsJenkins],
  ['GitLab', readAsGitLab],
  ['dorny/test-reporter', readAsDorny],
  ['mikepenz/action-junit-report', readAsMikepenz],
  ['EnricoMi/publish-unit-test-result-action', readAsPublishUnitTestResult],
  ['Sonobuoy', readAsSonobuoy],
];

describe.each([
  ['in visible notation', visibleText],
  ['raw', rawText],
])('with texts %s', (_, text) => {
  const records = Array.from({ length: RECORDS }, (__, seed) => randomRecord(seeded(seed), text));
  const roots = records.map((record) => parseXml(writeJunit(record)));

  test.each(CONSUMERS)('%s counts what the record says', (__, read) => {
    for (const [seed, record] of records.entries()) {
      const root = roots[seed];
      if (!root) throw new Error(`Record ${seed} has no XML.`);
      const cases = read(root);
      const rows = rowsOf(record);
      const count = (status: ReadCase['status']) => cases.filter((one) => one.status === status).length;
      const due = (...outcomes: string[]) => rows.filter(({ outcome }) => outcomes.includes(outcome)).length;
      expect({
        seed,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        different: new Set(cases.map(({ identity }) => identity)).size,
      }).toEqual({
        seed,
        passed: due('passed'),
        failed: due('failed', 'errored'),
        skipped: due('skipped'),
        different: rows.length,
      });
      expect(record.exitCode === 0).toBe(count('failed') === 0);
    }
  });
});

test.each(CONSUMERS)('%s shows verdict and reason of what failed', (_, read) => {
  const record = randomRecordWhere(
    ({ counts, interrupted, targets }) =>
      counts.fail > 1 &&
      counts.error > 0 &&
      interrupted === null &&
      targets.every((target) => targetObstacle(target) === null),
  );
  const failed = read(parseXml(writeJunit(record))).filter(({ status }) => status === 'failed');
  expect(failed.length).toBeGreaterThan(1);
  for (const { message } of failed) {
    expect(message).toMatch(/\b(fail|warn|inconclusive|error|not-run)( \([a-z]+\))?: text/);
  }
});

test('every text in visible notation arrives in the XML as it was', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const record = randomRecord(seeded(seed), visibleText);
    const xml = writeJunit(record);
    const names = cases(parseXml(xml)).map(({ attributes }) => attributes.name);
    for (const { check, slug } of record.targets.flatMap(({ results }) => results)) {
      expect(names).toContain(`${check} ${slug}`);
    }
    expect(rowsOfJunit(xml)).toHaveLength(rowsOf(record).length);
  }
});

test('attribute and first line of the body say the same', () => {
  const records = Array.from({ length: 20 }, (_, seed) => randomRecord(seeded(seed), visibleText));
  const broken = records
    .flatMap((one) => cases(parseXml(writeJunit(one))))
    .flatMap(({ children }) => children)
    .filter(({ name }) => name === 'failure' || name === 'error');
  expect(broken.length).toBeGreaterThan(0);
  for (const { attributes, text } of broken) expect(text.split('\n')[0]).toBe(attributes.message);
});

test('target names that differ in a dot stay different classes', () => {
  // What is wrong with the run as a whole has a class of its own.
  const record = randomRecordWhere(
    ({ counts, exitCode, interrupted, expected }) =>
      counts.pass > 0 &&
      exitCode < 3 &&
      interrupted === null &&
      expected.every(({ state }) => state !== 'stale'),
  );
  const target = record.targets.find(({ results }) => results.length > 0);
  if (!target) throw new Error('A record with a pass has no target with results.');
  const names = ['mx.example', 'mx~example', 'mx~~example'];
  const xml = writeJunit({ ...record, targets: names.map((name) => ({ ...target, name })) });
  const classes = new Set(cases(parseXml(xml)).map(({ attributes }) => attributes.classname?.split('.')[0]));
  expect(classes.size).toBe(3);
});

function cases(tree: Tree): Tree[] {
  return tree.children.flatMap((child) => (child.name === 'testcase' ? [child] : cases(child)));
}
