import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import { type JsonValue, readJson } from './json.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const STATUS: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  errored: 'failed',
  skipped: 'skipped',
};

/** The rows that a CTRF report states. @throws Unreadable, also when its summary counts differently */
export function rowsOfCtrf(source: string): Row[] {
  const results = readJson(source).at('results');
  const tests = results.at('tests').items();
  const summary = results.at('summary');
  const due: Record<string, number> = {
    tests: tests.length,
    passed: 0,
    failed: 0,
    skipped: 0,
    pending: 0,
    other: 0,
  };
  for (const test of tests) due[test.at('status').text()] = (due[test.at('status').text()] ?? 0) + 1;
  for (const [name, count] of Object.entries(due)) {
    const stated = summary.at(name).number();
    if (stated !== count)
      throw new Unreadable(`The summary states ${stated} × ${name}, the tests are ${count}.`);
  }
  return tests.map(rowOf);
}

function rowOf(test: JsonValue): Row {
  const labels = test.at('labels');
  const word = test.at('extra').at('outcome').text();
  const outcome = OUTCOMES.find((candidate) => candidate === word);
  const status = test.at('status').text();
  if (!outcome || STATUS[outcome] !== status)
    throw new Unreadable(`A test that is ${word} has the status ${status}.`);
  return {
    target: labels.at('target').text(),
    check: labels.at('check').text(),
    verdict: test.at('rawStatus').text(),
    outcome,
  };
}
