import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

const POINT = /^(not )?ok (\d+) - ((?:[^\\#]|\\.)*?)(?: # SKIP (.*))?$/;
const FACT = /^ {2}([a-z_]+): (.*)$/;

/** The rows that a TAP file states. @throws Unreadable, also when it is shorter or longer than its plan */
export function rowsOfTap(source: string): Row[] {
  const lines = source.split('\n');
  if (lines.pop() !== '') throw new Unreadable('The last line does not end.');
  if (lines[0] !== 'TAP version 13') throw new Unreadable('Line 1 must state TAP version 13.');
  const plan = /^1\.\.(\d+)$/.exec(lines[1] ?? '')?.[1];
  if (plan === undefined) throw new Unreadable('Line 2 must be the plan.');
  const rows: Row[] = [];
  for (let at = 2; at < lines.length; ) {
    if (lines[at]?.startsWith('# ')) {
      at += 1;
      continue;
    }
    const point = POINT.exec(lines[at] ?? '');
    if (!point || Number(point[2]) !== rows.length + 1) {
      throw new Unreadable(`Line ${at + 1} must be test point ${rows.length + 1}.`);
    }
    if (lines[at + 1] !== '  ---') throw new Unreadable(`Line ${at + 2} must open the diagnostic.`);
    const end = lines.indexOf('  ...', at);
    if (end < 0) throw new Unreadable(`The diagnostic opened on line ${at + 2} does not end.`);
    const facts = readFacts(lines.slice(at + 2, end), at + 3);
    const failing = facts.get('consequence') === 'finding' ? 'failed' : 'errored';
    rows.push({
      target: fact(facts, 'target', at),
      check: fact(facts, 'check', at),
      verdict: fact(facts, 'verdict', at),
      outcome: point[1] !== undefined ? failing : point[4] !== undefined ? 'skipped' : 'passed',
    });
    at = end + 1;
  }
  if (rows.length !== Number(plan)) {
    throw new Unreadable(`The plan is ${plan} test points, the file has ${rows.length}.`);
  }
  return rows;
}

function readFacts(lines: readonly string[], first: number): Map<string, unknown> {
  return new Map(
    lines.map((line, index) => {
      const [, key, value] = FACT.exec(line) ?? [];
      if (key === undefined || value === undefined) {
        throw new Unreadable(`Line ${first + index} must be a key and a JSON scalar.`);
      }
      try {
        return [key, JSON.parse(value) as unknown];
      } catch (cause) {
        throw new Unreadable(`Line ${first + index} holds no JSON scalar.`, { cause });
      }
    }),
  );
}

function fact(facts: ReadonlyMap<string, unknown>, key: string, at: number): string {
  const value = facts.get(key);
  if (typeof value !== 'string') throw new Unreadable(`The test point of line ${at + 1} lacks ${key}.`);
  return value;
}
