import type { Check } from '../check/define.ts';
import { printable } from '../evidence/visible.ts';
import type { CheckResult } from '../model/result.ts';
import type { Role } from '../model/roles.ts';
import type { Bench } from './bench.ts';
import { controlConversation } from './control-conversation.ts';
import { type Doubt, MUCH_DELAY } from './doubt.ts';
import { evaluate } from './evaluate.ts';
import { withPatienceAtTheDoor } from './patience-at-the-door.ts';

/**
 * Evaluates a check that was left undecided once more. Null where that cannot tell more than the first time:
 * the target is still away, or the run is being ended.
 */
export async function askOnceMore(
  check: Check,
  first: CheckResult,
  bench: Bench,
): Promise<CheckResult | null> {
  const doubt = bench.doubts.get(first.check);
  if (doubt === undefined || bench.signal.aborted) return null;
  if (doubt === 'away' && !(await answersAgain(first, bench))) return null;
  const why = `It was asked once more, ${doubt === 'turned-away' ? 'with few others at most' : 'alone'}, because ${reasonOf(doubt, first)}`;
  const before = `the first time it was ${first.verdict} (${first.cause ?? 'no cause'}): ${first.reason}`;
  const second = await evaluate(
    check,
    doubt === 'turned-away' || doubt === 'away' ? withPatienceAtTheDoor(bench) : bench,
    printable(`${why}; ${before}`),
  );
  if (bench.signal.aborted) return null;
  const { delayedMs } = second.times ?? { delayedMs: 0 };
  const again = bench.doubts.get(first.check);
  const ours = (again === 'delayed' || again === 'lab') && delayedMs > MUCH_DELAY;
  return {
    ...second,
    attempt: 2,
    ...(ours ? { cause: 'harness' as const } : {}),
    reason: [
      second.reason,
      ...(ours ? [`This machine did not let the harness run for ${delayedMs} ms of that time.`] : []),
      `${why}; ${before}`,
    ].join(' '),
  };
}

function reasonOf(doubt: Doubt, { times }: CheckResult): string {
  switch (doubt) {
    case 'delayed':
      return `this machine had not let the harness run for ${times?.delayedMs ?? 0} ms`;
    case 'lab':
      return 'the lab had not done its work';
    case 'away':
      return 'the target had stopped answering, and answers again';
    case 'turned-away':
      return 'the target serves fewer clients than had come';
  }
}

/** Whether the roles on which nothing could be told answer now. */
async function answersAgain({ variants }: CheckResult, bench: Bench): Promise<boolean> {
  const undecided = variants.filter(({ verdict }) => verdict === 'inconclusive');
  const roles = new Set<Role>(undecided.flatMap(({ role }) => (role === null ? [] : [role])));
  let number = 0;
  for (const role of roles) {
    const sign = await controlConversation(
      bench,
      role,
      () => {
        number += 1;
        return number;
      },
      process.hrtime.bigint(),
    );
    if (!sign?.alive) return false;
    bench.life.gone.delete(role);
  }
  return true;
}
