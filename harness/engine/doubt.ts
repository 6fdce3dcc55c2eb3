import type { CheckResult } from '../model/result.ts';
import type { Cause } from '../model/verdict.ts';
import type { TurnedAway } from './turned-away.ts';

/**
 * Why a check is worth a second look: `delayed`: this machine did not let the harness run; `lab`: the lab did
 * not do its work; `away`: the target had stopped answering, which may be over; `turned-away`: it serves fewer clients
 * than came, or not so often.
 */
export type Doubt = 'delayed' | 'lab' | 'away' | 'turned-away';

/** Delays of our own that may have left a check undecided, in milliseconds. */
export const MUCH_DELAY = 500;

/** Part of its time that a check was delayed, after which mail may have come too late on a busy machine. */
const LARGE_PART = 0.5;

/** Causes behind which delays of our own may stand. */
const OURS: readonly (Cause | null)[] = ['timeout', 'harness', 'environment'];
/** Causes behind which a server may stand that has more to do than it can: what it does not refuse it leaves waiting. */
const OVERRUN: readonly (Cause | null)[] = ['timeout', 'closed', 'unreachable', 'crashed'];
const AWAY: readonly (Cause | null)[] = ['crashed', 'closed', 'unreachable'];

/** Whether an ending says more about this machine or a moment than about the target; null where it does not. */
export function doubtOf(
  { verdict, cause }: Pick<CheckResult, 'verdict' | 'cause'>,
  {
    delayedMs,
    durationMs,
    labFailed,
    turnedAway,
    limitsAreKnown,
  }: {
    readonly delayedMs: number;
    readonly durationMs: number;
    readonly labFailed: boolean;
    /** How the target turned a client of this body away; null where it did not. */
    readonly turnedAway: TurnedAway | null;
    /** It did so in this run, to whomever. */
    readonly limitsAreKnown: boolean;
  },
): Doubt | null {
  if (verdict !== 'inconclusive' && verdict !== 'error') return null;
  if (labFailed && OURS.includes(cause)) return 'lab';
  if (delayedMs > MUCH_DELAY && OURS.includes(cause)) return 'delayed';
  const isLargePart = delayedMs > MUCH_DELAY && delayedMs > LARGE_PART * durationMs;
  if (isLargePart && cause === 'precondition') return 'delayed';
  if ((turnedAway !== null && turnedAway.said !== null) || (limitsAreKnown && OVERRUN.includes(cause)))
    return 'turned-away';
  if (verdict === 'inconclusive' && AWAY.includes(cause)) return 'away';
  return turnedAway ? 'turned-away' : null;
}
