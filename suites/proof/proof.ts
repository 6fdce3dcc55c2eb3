import { fileURLToPath } from 'node:url';
import type { Check } from '../../harness/check/define.ts';
import { evaluate } from '../../harness/check/evaluate.ts';
import { loadChecks } from '../../harness/check/load.ts';
import type { CheckResult } from '../../harness/check/result.ts';
import { ROLES, type Role } from '../../harness/check/roles.ts';
import type { ReferenceOptions } from '../../harness/reference/server.ts';
import { startReference } from '../../harness/reference/server.ts';
import { createBench } from '../../harness/runner/bench.ts';
import type { Target } from '../../harness/targets/target.ts';

/** Every check, loaded once for the proofs. */
export const CHECKS = await loadChecks(fileURLToPath(new URL('..', import.meta.url)));

/** A reference server and the result of one check on it. */
export async function resultOn(check: Check, options: ReferenceOptions = {}): Promise<CheckResult> {
  const server = await startReference(options);
  try {
    return await evaluate(
      check,
      createBench({ target: server.target, runId: 'proof', evidenceFolder: null }),
    );
  } finally {
    await server.close();
  }
}

/** The result of one check on a target that somebody else runs. */
export function resultAgainst(check: Check, target: Target): Promise<CheckResult> {
  return evaluate(check, createBench({ target, runId: 'proof', evidenceFolder: null }));
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
