import { fileURLToPath } from 'node:url';
import type { Check } from '../../harness/check/define.ts';
import { evaluateToTheEnd } from '../../harness/engine/clock-alone.ts';
import { createBench } from '../../harness/engine/create-bench.ts';
import { loadChecks } from '../../harness/engine/load.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import type { LabAccess } from '../../harness/model/lab-access.ts';
import type { CheckResult } from '../../harness/model/result.ts';
import { ROLES, type Role } from '../../harness/model/roles.ts';
import type { Target } from '../../harness/model/target.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceOptions } from '../../harness/reference/server.ts';

/** Every check, loaded once for the proofs. */
export const CHECKS = await loadChecks(fileURLToPath(new URL('..', import.meta.url)));

/** Checks that wait for limits of silence, and how much faster these pass for them. */
const TIMER_SPEED: Readonly<Record<string, number>> = { 'POP3-009': 400, 'IMAP-008': 400, 'SMTP-024': 50 };

/** Codes of checks that are evaluated alone, because their servers' clocks run faster. */
export const NEEDS_FAST_TIMERS: ReadonlySet<string> = new Set(Object.keys(TIMER_SPEED));

/** Hundreds of servers share the machine: a late reply is no silence, and a budget is no stopwatch. */
const PATIENCE = { replyMs: 8_000, slackMs: 60_000 };

/** A reference server in a lab, and the result of one check on it. */
export async function resultOn(check: Check, options: ReferenceOptions = {}): Promise<CheckResult> {
  const timerSpeed = TIMER_SPEED[check.definition.id] ?? 1;
  const { server, access, close } = await startReferenceInLab({ timerSpeed, ...options });
  try {
    const timing = { ...server.target.timing, ...PATIENCE };
    return await resultAgainst(check, { ...server.target, timing }, access);
  } finally {
    await close();
  }
}

/** The result of one check on a target that somebody else runs, in its lab where there is one. */
export async function resultAgainst(
  check: Check,
  target: Target,
  access: LabAccess | null = null,
): Promise<CheckResult> {
  const lab = access && openBenchLab(access);
  const bench = createBench({ target, lab, runId: 'proof', evidenceFolder: null });
  return evaluateToTheEnd(check, bench).finally(bench.close);
}

/** What a failed expectation prints: the verdict alone explains nothing. */
export function explained(result: CheckResult): string {
  const variants = result.variants.map(({ name, verdict, reason }) => `  ${name}: ${verdict}: ${reason}`);
  return [`${result.check} is ${result.verdict}: ${result.reason}`, ...variants].join('\n');
}

/** The roles a check is about, as capabilities of the reference server. */
export function rolesOf(check: Check): Role[] {
  return check.definition.roles.filter((role) => ROLES[role] !== undefined);
}
