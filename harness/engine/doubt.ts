import type { CheckResult } from '../model/result.ts';
import type { Cause } from '../model/verdict.ts';

/**
 * Why a check is worth a second look: `delayed`: this machine did not let the harness run; `lab`: the lab did
 * not do its work; `away`: the target had stopped answering, which may be over.
 */
export type Doubt = 'delayed' | 'lab' | 'away';

/** Delays of our own that may have left a check undecided, in milliseconds. */
export const MUCH_DELAY = 500;

/** Causes behind which delays of our own may stand. */
const OURS: readonly (Cause | null)[] = ['timeout', 'harness', 'environment'];
const AWAY: readonly (Cause | null)[] = ['crashed', 'closed', 'unreachable'];

/** Whether an ending says more about this machine or a moment than about the target; null where it does not. */
export function doubtOf(
  { verdict, cause }: Pick<CheckResult, 'verdict' | 'cause'>,
  { delayedMs, labFailed }: { readonly delayedMs: number; readonly labFailed: boolean },
): Doubt | null {
  if (verdict !== 'inconclusive' && verdict !== 'error') return null;
  if (labFailed && OURS.includes(cause)) return 'lab';
  if (delayedMs > MUCH_DELAY && OURS.includes(cause)) return 'delayed';
  return verdict === 'inconclusive' && AWAY.includes(cause) ? 'away' : null;
}
