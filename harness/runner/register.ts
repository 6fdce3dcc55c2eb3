import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Consequence } from '../../reports/model/conclude.ts';
import { controlsOf } from '../check/control.ts';
import type { Check } from '../check/define.ts';
import type { Bench } from '../engine/bench.ts';
import { clearOwnMessages } from '../engine/clearing/clear.ts';
import { evaluateAgain } from '../engine/clock-alone.ts';
import type { Seat } from '../engine/crowd.ts';
import { evaluate } from '../engine/evaluate.ts';
import { phaseOf } from '../engine/phase.ts';
import { logLine } from '../evidence/log-line.ts';
import type { CheckResult } from '../model/result.ts';
import { type AskAgain, createAskAgain, registerAskAgain, type Settled } from './ask-again.ts';
import type { JournalWriter } from './journal.ts';
import { takeSnapshot } from './snapshot.ts';

/** Vitest must never end a check, or the wait for what may come late: each has a time of its own. */
const NO_TIMEOUT = 86_400_000;

/** The evaluations that have begun. */
type Evaluations = Set<Promise<CheckResult>>;

/**
 * Makes one Vitest test of each check. Vitest schedules and counts; the verdict is the journal's. Checks of one phase
 * run side by side; what only one may use at a time is a resource of the check.
 * @param isInTurn one check at a time instead, each to its end
 */
export function register(
  checks: readonly Check[],
  bench: Bench,
  journal: JournalWriter,
  consequenceOf: (result: CheckResult) => Consequence,
  isInTurn: boolean,
): void {
  const began = new Date();
  let snapshot: Promise<void> = Promise.resolve();
  beforeAll(() => {
    snapshot = takeSnapshot(bench).then((snapshot) => journal.append({ kind: 'capabilities', ...snapshot }));
  });
  beforeAll(() => {
    // Most of the run waits for them, so that they are first in every queue.
    void bench.controls.ready([...new Set(checks.flatMap(({ definition }) => controlsOf(definition)))]);
  });
  const evaluations: Evaluations = new Set();
  const again = createAskAgain(bench.doubts);
  afterAll(async () => {
    await snapshot;
    // When a run is ended, Vitest does not wait for the tests that it ends.
    await Promise.allSettled(evaluations);
    try {
      for (const late of await bench.late.sweep()) {
        const check = checks.find(({ definition }) => definition.id === late.check);
        if (check && !bench.signal.aborted)
          journal.append({ kind: 'result', result: await evaluateAgain(check, bench, late) });
      }
      await bench.close();
      const cleared = await clearOwnMessages(bench, began);
      if (cleared) journal.append({ kind: 'control', control: cleared });
    } finally {
      journal.close();
    }
  }, NO_TIMEOUT);

  // In one group, because Vitest would wait for the last test of one before it begins the next: checks that only
  // wait for mail that may never come hold nobody up.
  describe('checks', { concurrent: !isInTurn }, () => {
    const seated = [...checks].sort((one, other) => phaseOf(one) - phaseOf(other));
    for (const check of seated) {
      // Whoever is alone waits for nobody: the seats of those after it would keep it from lingering.
      const seat = isInTurn ? null : bench.crowd.enter(phaseOf(check));
      const own = seat === null ? bench : { ...bench, seat };
      registerOne(check, own, seat, journal, consequenceOf, evaluations, again);
    }
  });
  registerAskAgain({ ask: again.ask, bench, timeout: NO_TIMEOUT }, (check, result, isNew) => {
    if (isNew) journal.append({ kind: 'result', result });
    return settledAs(check, result, consequenceOf(result));
  });
}

function settledAs({ definition }: Check, { verdict }: CheckResult, consequence: Consequence): Settled {
  const fails = consequence === 'finding' || consequence === 'unsettled';
  return { check: definition.id, title: definition.title, verdict, fails };
}

function registerOne(
  check: Check,
  bench: Bench,
  seat: Seat | null,
  journal: JournalWriter,
  consequenceOf: (result: CheckResult) => Consequence,
  evaluations: Evaluations,
  again: AskAgain,
): void {
  const { id, title } = check.definition;
  const meta = { mailspec: { check: id, title } };
  test(`${id} ${title}`, { timeout: NO_TIMEOUT, meta }, async (context) => {
    const signal = AbortSignal.any([bench.signal, context.signal]);
    // Whoever has not had a turn when the run is ended leaves no result.
    const turn = seat === null ? Promise.resolve() : bench.crowd.turnOf(seat.phase, signal);
    const evaluation = turn
      .then(() => evaluate(check, { ...bench, signal }))
      .then((result) => {
        journal.append({ kind: 'result', result });
        return result;
      });
    evaluations.add(evaluation);
    const result = await evaluation;
    // Its verdict is told where it is asked once more, or in the journal where the run ends before.
    if (again.takes(check, result)) {
      context.task.meta.mailspec = { check: id, title, isAskedAgain: true };
      context.skip('It was left undecided and is asked once more at the end.');
    }
    const settled = settledAs(check, result, consequenceOf(result));
    context.task.meta.mailspec = settled;
    if (result.verdict === 'not-applicable') context.skip(result.reason);
    if (settled.fails) {
      const told = [`${result.verdict}: ${result.reason}`, `  rerun: ${result.rerun}`];
      throw new Error(told.map(logLine).join('\n'));
    }
  });
}
