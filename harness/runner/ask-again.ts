import { describe, type TaskMeta, test } from 'vitest';
import type { Check } from '../check/define.ts';
import { askOnceMore } from '../engine/ask-once-more.ts';
import type { Bench } from '../engine/bench.ts';
import { logLine } from '../evidence/log-line.ts';
import type { CheckResult } from '../model/result.ts';

/** Checks that were left undecided and are asked once more when all others are done. */
export interface AskAgain {
  /** Takes note of a result; true where the check is asked once more. */
  takes(check: Check, result: CheckResult): boolean;
  /**
   * Asks them, one after the other; those that were turned away a few at a time.
   * @param onSettled called once per check: with its second result, or with the first where that stands
   */
  ask(bench: Bench, onSettled: (check: Check, result: CheckResult, isNew: boolean) => void): Promise<void>;
}

/** Least time for all second looks together, in milliseconds; a run that took longer may take as long again. */
const LEAST = 120_000;

/** The same where the target turned clients away, so that most of the run may have been in vain. */
const LEAST_AFTER_LIMITS = 300_000;
/** Checks that were turned away and are asked at a time. */
const TOGETHER = 4;

interface Taken {
  readonly check: Check;
  readonly result: CheckResult;
}

export function createAskAgain(doubts: Bench['doubts'], least = LEAST): AskAgain {
  const taken: Taken[] = [];
  const began = performance.now();
  return {
    takes(check, result) {
      // What may have died of the check is not put to the test twice.
      if (check.definition.safety === 'destructive' || !doubts.has(result.check)) return false;
      taken.push({ check, result });
      return true;
    },
    async ask(bench, onSettled) {
      const asked = performance.now();
      const most = Math.max(bench.limits.isKnown ? LEAST_AFTER_LIMITS : least, asked - began);
      bench.controls.forgetDoubtful();
      const one = async ({ check, result }: Taken) => {
        const isLate = performance.now() - asked > most;
        const second = isLate ? null : await askOnceMore(check, result, bench);
        onSettled(check, second ?? result, second !== null);
      };
      const all = taken.splice(0);
      const together = bench.limits.isKnown ? all.filter((each) => mayComeWithOthers(each, doubts)) : [];
      const waiting = [...together];
      const some = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await one(next);
      };
      await Promise.all(Array.from({ length: TOGETHER }, some));
      for (const each of all) if (!together.includes(each)) await one(each);
    },
  };
}

/** What it does disturbs nobody, and nothing but the number of clients was in its way. */
function mayComeWithOthers({ check: { definition }, result }: Taken, doubts: Bench['doubts']): boolean {
  const { effect } = definition;
  return doubts.get(result.check) === 'turned-away' && (effect === 'reads' || effect === 'delivers');
}

/** What Vitest is told about a check that is settled. */
export type Settled = NonNullable<TaskMeta['mailspecAgain']>[number];

/**
 * The last test of a target: asks what was left undecided. Vitest fails it where one of them ends as it must not.
 * @param settle keeps a result, if it is new, and says what it means
 */
export function registerAskAgain(
  { ask, bench, timeout }: { readonly ask: AskAgain['ask']; readonly bench: Bench; readonly timeout: number },
  settle: (check: Check, result: CheckResult, isNew: boolean) => Settled,
): void {
  describe('asked once more', () => {
    test('what was left undecided', { timeout }, async (context) => {
      const settled: Settled[] = [];
      context.task.meta.mailspecAgain = settled;
      const wrong: string[] = [];
      await ask(
        { ...bench, signal: AbortSignal.any([bench.signal, context.signal]) },
        (check, result, isNew) => {
          const one = settle(check, result, isNew);
          settled.push(one);
          if (one.fails) wrong.push(logLine(`${one.check} ${one.verdict}: ${result.reason}`));
        },
      );
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    });
  });
}
