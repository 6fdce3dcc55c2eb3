import type { Check } from '../../check/define.ts';
import type { CheckResult } from '../../model/result.ts';
import type { Verdict } from '../../model/verdict.ts';
import { factsOf } from '../plan.ts';

/** A result of a check as `evaluate` leaves it, with nothing after it. */
export function resultOf(check: Check, verdict: Verdict): CheckResult {
  return {
    ...factsOf(check),
    target: 'mail',
    verdict,
    cause: verdict === 'inconclusive' ? 'timeout' : verdict === 'error' ? 'harness' : null,
    reason: `It is ${verdict}.`,
    variants: [],
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    attempt: 1,
    control: null,
    evidence: null,
    transcript: [],
    transcriptOmitted: 0,
    rerun: `npx --no -- mailspec audit mail --only ${check.definition.id}`,
  };
}
