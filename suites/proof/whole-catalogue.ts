import { controlsOf } from '../../harness/check/control.ts';
import type { Check } from '../../harness/check/define.ts';
import { askOnceMore } from '../../harness/engine/ask-once-more.ts';
import type { Bench } from '../../harness/engine/bench.ts';
import { evaluateAgain } from '../../harness/engine/clock-alone.ts';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { phaseOf } from '../../harness/engine/phase.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import type { CheckResult } from '../../harness/model/result.ts';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceOptions } from '../../harness/reference/server.ts';

/** Results by the code of their check. */
export type Results = ReadonlyMap<string, CheckResult>;

/** In which order checks are evaluated, and how many of them at a time. */
export type Order = (
  checks: readonly Check[],
  bench: Bench,
  judge: (check: Check, bench: Bench) => Promise<void>,
) => Promise<void>;

/** What a targets file says of the endpoints of a server, made from what is right. */
export type Declare = (endpoints: Target['endpoints']) => Target['endpoints'];

/**
 * The results of checks on one reference server, as an audit has them: what comes late turns a verdict, and what
 * this machine left undecided is asked once more at the end.
 */
export async function resultsOn(
  checks: readonly Check[],
  options: ReferenceOptions = {},
  order: Order = sideBySide,
  declare: Declare = (endpoints) => endpoints,
): Promise<Results> {
  const { server, access, close } = await startReferenceInLab(options);
  try {
    const bench = createBench({
      target: { ...server.target, endpoints: declare(server.target.endpoints) },
      lab: openBenchLab({ ...access, endpoints: declare(access.endpoints) }),
      runId: 'catalogue',
      evidenceFolder: null,
    });
    const results = new Map<string, CheckResult>();
    await order(checks, bench, async (check, at) => {
      results.set(check.definition.id, await evaluate(check, at));
    });
    for (const check of checks) {
      const first = results.get(check.definition.id);
      const again = first && (await askOnceMore(check, first, bench));
      if (again) results.set(again.check, again);
    }
    for (const late of await bench.late.sweep()) {
      const check = checks.find(({ definition }) => definition.id === late.check);
      if (check) results.set(late.check, await evaluateAgain(check, bench, late));
    }
    await bench.close();
    return results;
  } finally {
    await close();
  }
}

/** As the runner does, phase by phase. */
export const sideBySide: Order = async (checks, bench, judge) => {
  void bench.controls.ready([...new Set(checks.flatMap(({ definition }) => controlsOf(definition)))]);
  const seated = checks.map((check) => ({ check, seat: bench.crowd.enter(phaseOf(check)) }));
  await Promise.all(
    seated.map(async ({ check, seat }) => {
      await bench.crowd.turnOf(seat.phase, bench.signal);
      await judge(check, { ...bench, seat });
    }),
  );
};

/** One check after the other. */
export const inTurn: Order = async (checks, bench, judge) => {
  for (const check of checks) await judge(check, bench);
};
