import { OUTCOMES } from '../model/outcome.ts';
import { type JsonValue, readJson } from './json.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const SEVERITIES = ['info', 'minor', 'major', 'critical', 'blocker'];

/** What a Code Quality report says of a row: nothing of what passed without a deviation and of what was skipped. */
export function degraded(row: Row): Row | null {
  if (row.outcome === 'failed' || row.outcome === 'errored') return row;
  return row.outcome === 'passed' && (row.verdict === 'fail' || row.verdict === 'warn') ? row : null;
}

/** The rows that a Code Quality report states. @throws Unreadable, also when GitLab would leave an entry out */
export function rowsOfGitlab(source: string): Row[] {
  const entries = readJson(source).items();
  const fingerprints = new Set(entries.map((one) => one.at('fingerprint').text()));
  if (fingerprints.size !== entries.length) throw new Unreadable('Two entries have one fingerprint.');
  return entries.map(rowOf);
}

function rowOf(entry: JsonValue): Row {
  const severity = entry.at('severity').text();
  if (!SEVERITIES.includes(severity)) throw new Unreadable(`"${severity}" is no severity.`);
  const location = entry.at('location');
  if (location.at('path').text() === '' || location.at('lines').at('begin').number() < 1)
    throw new Unreadable('An entry has no place.');
  const check = entry.at('check_name').text();
  if (!entry.at('description').text().includes(check))
    throw new Unreadable(`The description of ${check} does not name it.`);
  const own = entry.at('mailspec');
  const word = own.at('outcome').text();
  const outcome = OUTCOMES.find((candidate) => candidate === word);
  if (!outcome) throw new Unreadable(`"${word}" is no outcome.`);
  if (outcome === 'passed' && severity !== 'info')
    throw new Unreadable(`${check} does not count, and is ${severity}.`);
  return { target: own.at('target').text(), check, verdict: own.at('verdict').text(), outcome };
}
