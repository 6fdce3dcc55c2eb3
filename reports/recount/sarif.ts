import { OUTCOMES } from '../model/outcome.ts';
import { type JsonValue, readJson } from './json.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

/**
 * The rows that a SARIF file states.
 * @throws Unreadable, also when results, suppressions and notifications are not those that the rows ask for
 */
export function rowsOfSarif(source: string): Row[] {
  return readJson(source).at('runs').items().flatMap(rowsOfRun);
}

function rowsOfRun(run: JsonValue): Row[] {
  const target = run.at('properties').at('target').text();
  const outcomes = run.at('properties').at('outcomes').items();
  const rows = outcomes.map((one): Row => {
    const word = one.at('outcome').text();
    const outcome = OUTCOMES.find((candidate) => candidate === word);
    if (!outcome) throw new Unreadable(`"${word}" is no outcome.`);
    return { target, check: one.at('check').text(), verdict: one.at('verdict').text(), outcome };
  });
  const waived = (index: number) => outcomes[index]?.at('waived').truth() === true;
  const results = run.at('results').items();
  compare(
    `The results of ${target}`,
    results.map((result) => result.at('ruleId').text()),
    rows.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').map(({ check }) => check),
  );
  compare(
    `The suppressed results of ${target}`,
    results.filter((result) => result.at('suppressions').present).map((result) => result.at('ruleId').text()),
    rows
      .filter(({ verdict }, index) => (verdict === 'fail' || verdict === 'warn') && waived(index))
      .map(({ check }) => check),
  );
  compare(
    `The error notifications of ${target}`,
    run
      .at('invocations')
      .items()
      .flatMap((invocation) => invocation.at('toolExecutionNotifications').items())
      .filter((one) => one.at('level').text() === 'error')
      .map((one) => (one.at('associatedRule').present ? one.at('associatedRule').at('id').text() : '')),
    rows
      .filter(({ outcome }) => outcome === 'errored')
      .map(({ check }) => (/^[A-Z0-9]+-\d/.test(check) ? check : '')),
  );
  return rows;
}

function compare(what: string, found: readonly string[], due: readonly string[]): void {
  const [left, right] = [found, due].map((names) => [...names].sort().join(' '));
  if (left !== right) throw new Unreadable(`${what} are [${left}], due are [${right}].`);
}
