import type { RunRecord } from '../model/record.ts';
import type { Row } from './row.ts';
import { Unreadable } from './unreadable.ts';

/** A test case as a report states it. */
export interface StatedCase {
  readonly target: string;
  readonly specification: string;
  readonly id: string;
  /** `yes`, `no` or `unstated`. */
  readonly claimed: string;
  readonly state: string;
}

/** How many cases of a specification a report says to be in a state on a target. */
export interface StatedCount extends Pick<StatedCase, 'target' | 'specification' | 'state'> {
  readonly count: number;
}

/** What a report of test specifications states. */
export interface TestReport {
  readonly rows: readonly Row[];
  readonly cases: readonly StatedCase[];
  readonly counts: readonly StatedCount[];
}

/**
 * The rows of a report of test specifications. Its cases are those of the record, each follows from the verdicts that
 * the report itself shows, by a rule that no writer shares, and its numbers count them.
 * @throws Unreadable where one does not
 */
export function recountTestReport(
  { profile: { specifications = [] }, targets }: RunRecord,
  { rows, cases, counts }: TestReport,
): readonly Row[] {
  const due = targets.flatMap(({ name: target, conformanceStatement }) => {
    const features: Readonly<Record<string, boolean | undefined>> = conformanceStatement?.features ?? {};
    return specifications.flatMap(({ id: specification, modules }) =>
      modules.flatMap(({ feature, cases: own }) =>
        own.map(({ id, checks }): StatedCase => {
          const claimed =
            { true: 'yes', false: 'no', undefined: 'unstated' }[String(features[feature])] ?? '';
          const verdicts = checks.map(
            (check) => rows.find((row) => row.target === target && row.check === check)?.verdict,
          );
          return {
            target,
            specification,
            id,
            claimed,
            state: claimed === 'no' ? 'not-claimed' : stateBy(verdicts),
          };
        }),
      ),
    );
  });
  for (const [index, one] of due.entries()) {
    const found = cases[index];
    if (JSON.stringify(found) !== JSON.stringify(one))
      throw new Unreadable(
        `Case ${one.id} of ${one.specification} on ${one.target} must be ${one.state} (claimed: ${one.claimed}), and is ${found ? `${found.id} ${found.state} (${found.claimed})` : 'missing'}.`,
      );
  }
  if (cases.length !== due.length)
    throw new Unreadable(`The record has ${due.length} cases, the report shows ${cases.length}.`);
  if (targets.length * specifications.length > 0 && counts.length === 0)
    throw new Unreadable('The numbers of cases are missing.');
  for (const { target, specification, state, count } of counts) {
    const found = cases.filter(
      (one) => one.target === target && one.specification === specification && one.state === state,
    ).length;
    if (found !== count)
      throw new Unreadable(
        `${specification} on ${target} counts ${count} cases as ${state}, and shows ${found}.`,
      );
  }
  return rows;
}

function stateBy(verdicts: readonly (string | undefined)[]): string {
  const some = (...wanted: readonly (string | undefined)[]) => verdicts.some((one) => wanted.includes(one));
  if (verdicts.length === 0) return 'not-testable';
  if (some('fail', 'warn')) return 'failed';
  if (some(undefined, 'not-run')) return 'not-tested';
  if (some('inconclusive', 'error')) return 'inconclusive';
  return some('pass') ? 'passed' : 'not-applicable';
}
