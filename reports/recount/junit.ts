import type { Outcome } from '../model/outcome.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';
import { type Element, readXml } from './xml.ts';

const CHILD: Readonly<Record<string, Outcome>> = { failure: 'failed', error: 'errored', skipped: 'skipped' };
const COUNTER = [
  ['failures', 'failed'],
  ['errors', 'errored'],
  ['skipped', 'skipped'],
] as const;

/** The rows that a JUnit file states. @throws Unreadable, also when its counters contradict its cases */
export function rowsOfJunit(source: string): Row[] {
  const root = readXml(source);
  if (root.name !== 'testsuites') throw new Unreadable(`The root must be testsuites, found ${root.name}.`);
  const rows = root.children.flatMap((suite) => {
    if (suite.name !== 'testsuite') throw new Unreadable(`<${suite.name}> stands among the suites.`);
    const facts = factsOf(suite);
    const cases = suite.children
      .filter(({ name }) => name === 'testcase')
      .map((element) => rowOfCase(element, facts));
    compareCounters(suite, cases);
    return cases;
  });
  return rows;
}

/** The properties of a suite, by name. */
function factsOf(suite: Element): ReadonlyMap<string, string> {
  return new Map(
    suite.children
      .filter(({ name }) => name === 'properties')
      .flatMap(({ children }) => children)
      .map(({ attributes }) => [attributes.get('name') ?? '', attributes.get('value') ?? '']),
  );
}

function rowOfCase(element: Element, facts: ReadonlyMap<string, string>): Row {
  const outcomes = element.children.flatMap(({ name }) => CHILD[name] ?? []);
  const name = element.attributes.get('name') ?? '';
  if (outcomes.length > 1) throw new Unreadable(`The case ${name} has ${outcomes.length} outcomes.`);
  // A case is called by its code and slug; what stands for no check has a name alone.
  const [code = ''] = name.split(' ');
  const check = [code, name].find((candidate) => facts.has(`${candidate} verdict`));
  const target = facts.get('target');
  const verdict = facts.get(`${check} verdict`);
  if (target === undefined || check === undefined || verdict === undefined) {
    throw new Unreadable(`The suite of the case ${name} lacks a property of its target or verdict.`);
  }
  return { target, check, verdict, outcome: outcomes[0] ?? 'passed' };
}

function compareCounters(element: Element, rows: readonly Row[]): void {
  const expected = [
    ['tests', rows.length] as const,
    ...COUNTER.map(
      ([counter, outcome]) => [counter, rows.filter((row) => row.outcome === outcome).length] as const,
    ),
  ];
  for (const [counter, found] of expected) {
    const stated = element.attributes.get(counter);
    if (stated !== String(found)) {
      throw new Unreadable(
        `${element.name} ${element.attributes.get('name') ?? ''} states ${counter}="${stated}", its cases are ${found}.`,
      );
    }
  }
}
