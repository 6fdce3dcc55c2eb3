import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Consequence } from '../../reports/model/conclude.ts';
import type { Check } from '../check/define.ts';
import type { Bench } from '../engine/bench.ts';
import { evaluateAgain } from '../engine/clock-alone.ts';
import { evaluate } from '../engine/evaluate.ts';
import { logLine } from '../evidence/log-line.ts';
import type { CheckResult } from '../model/result.ts';
import type { JournalWriter } from './journal.ts';
import { snapshotCapabilities } from './snapshot.ts';

/** Vitest must never end a check: every check has a budget of its own. */
const NO_TIMEOUT = 86_400_000;

/** The evaluations that have begun. */
type Evaluations = Set<Promise<CheckResult>>;

/**
 * Makes one Vitest test of each check. Vitest schedules and counts; the verdict is the journal's.
 * Reading checks run side by side, then those that deliver, then those with failed logins one after
 * the other, and last, alone, those that disturb the server.
 */
export function register(
  checks: readonly Check[],
  bench: Bench,
  journal: JournalWriter,
  consequenceOf: (result: CheckResult) => Consequence,
): void {
  let snapshot: Promise<void> = Promise.resolve();
  beforeAll(() => {
    snapshot = snapshotCapabilities(bench).then((capabilities) =>
      journal.append({ kind: 'capabilities', capabilities }),
    );
  });
  const evaluations: Evaluations = new Set();
  afterAll(async () => {
    await snapshot;
    // When a run is ended, Vitest does not wait for the tests that it ends.
    await Promise.allSettled(evaluations);
    for (const late of await bench.late.sweep()) {
      const check = checks.find(({ definition }) => definition.id === late.check);
      if (check && !bench.signal.aborted)
        journal.append({ kind: 'result', result: await evaluateAgain(check, bench, late) });
    }
    journal.close();
  });

  const withEffect = (...effects: readonly string[]) =>
    checks.filter((check) => effects.includes(check.definition.effect));
  const group = (name: string, members: readonly Check[], together: boolean) => {
    if (members.length === 0) return;
    describe(name, { concurrent: together }, () => {
      for (const check of members) registerOne(check, bench, journal, consequenceOf, evaluations);
    });
  };
  group('reading and delivering', withEffect('reads', 'delivers'), true);
  group('failed logins', withEffect('fails-logins'), false);
  const destroys = ({ definition }: Check) => definition.safety === 'destructive';
  const disturbing = withEffect('disturbs');
  // What a server may die of comes at the very end: afterwards nothing can be told any more.
  group(
    'disturbing',
    [...disturbing.filter((check) => !destroys(check)), ...disturbing.filter(destroys)],
    false,
  );
}

function registerOne(
  check: Check,
  bench: Bench,
  journal: JournalWriter,
  consequenceOf: (result: CheckResult) => Consequence,
  evaluations: Evaluations,
): void {
  const { id, title } = check.definition;
  const meta = { mailspec: { check: id, title } };
  test(`${id} ${title}`, { timeout: NO_TIMEOUT, meta }, async (context) => {
    const signal = AbortSignal.any([bench.signal, context.signal]);
    const evaluation = evaluate(check, { ...bench, signal }).then((result) => {
      journal.append({ kind: 'result', result });
      return result;
    });
    evaluations.add(evaluation);
    const result = await evaluation;
    const consequence = consequenceOf(result);
    const fails = consequence === 'finding' || consequence === 'unsettled';
    context.task.meta.mailspec = { check: id, title, verdict: result.verdict, fails };
    if (result.verdict === 'not-applicable') context.skip(result.reason);
    if (fails) {
      const told = [`${result.verdict}: ${result.reason}`, `  rerun: ${result.rerun}`];
      throw new Error(told.map(logLine).join('\n'));
    }
  });
}
