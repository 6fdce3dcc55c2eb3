import type { Expectation, Waiver } from '../../reports/model/record.ts';
import type { Verdict } from '../model/verdict.ts';
import type { ExpectedEntry } from './load.ts';

/** What must be known of a run to say whether its expected deviations occurred. */
export interface Run {
  readonly startedAt: Date;
  /** Every check there is, selected or not. */
  readonly checks: readonly string[];
  /** Every target that is declared, audited or not. */
  readonly declared: readonly string[];
  /** Verdict of a check on a target; undefined where this run did not ask. */
  verdictOf(target: string, check: string): Verdict | undefined;
}

/** Whether an entry still holds on a day. It holds to the end of its last day, in UTC. */
export function holds({ expires }: Pick<ExpectedEntry, 'expires'>, day: Date): boolean {
  return day.toISOString().slice(0, 'yyyy-mm-dd'.length) <= expires;
}

/** The waiver that an entry is. */
export function waiverOf({ reason, authority, expires, place }: ExpectedEntry): Waiver {
  return { reason, authority, expires, place };
}

/** What a run says about an entry: it was met, it is stale, or this run cannot tell. */
export function settle(entry: ExpectedEntry, run: Run): Expectation {
  const { target, check, verdict: expected } = entry;
  const settled = (state: Expectation['state'], why: string): Expectation => ({ ...entry, state, why });
  if (!run.declared.includes(target)) return settled('stale', `There is no target "${target}".`);
  if (!run.checks.includes(check)) return settled('stale', `There is no check ${check}.`);
  if (!holds(entry, run.startedAt)) {
    return settled('stale', `What is expected of ${check} on ${target} expired on ${entry.expires}.`);
  }
  const verdict = run.verdictOf(target, check);
  switch (verdict) {
    case undefined:
      return settled('open', `This run did not ask ${check} of ${target}.`);
    case expected:
      return settled('met', `${check} on ${target} ended in ${verdict}, as expected.`);
    case 'error':
    case 'not-run':
    case 'inconclusive':
      return settled('open', `${check} on ${target} came to no verdict.`);
    default:
      return settled('stale', `${check} on ${target} ended in ${verdict}, and ${expected} is expected.`);
  }
}
