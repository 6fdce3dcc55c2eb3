import type { Conclusion, Gate, GatedResult, RunRecord, TargetRecord } from './record.ts';
import type { CheckResult, Verdict } from './vocabulary.ts';

export type Consequence = GatedResult['consequence'];

/**
 * What a verdict leads to. `strict` makes a gate of `warn` count like `fail`, and lets a `warn` count
 * as a finding. `error` and `not-run` are unsettled under every gate: our own trouble is never a
 * detail of the profile.
 */
export function consequenceOf(verdict: Verdict, gate: Gate, strict: boolean): Consequence {
  const required = gate === 'fail' || (strict && gate === 'warn');
  switch (verdict) {
    case 'pass':
    case 'not-applicable':
      return 'none';
    case 'warn':
      return required && strict ? 'finding' : 'advice';
    case 'fail':
      return required ? 'finding' : 'advice';
    case 'inconclusive':
      return required ? 'unsettled' : 'none';
    case 'error':
    case 'not-run':
      return 'unsettled';
  }
}

/** A result under the gate that the profile gives its check. */
export function gateResult(result: CheckResult, gate: Gate, strict: boolean): GatedResult {
  return { ...result, gate, consequence: consequenceOf(result.verdict, gate, strict) };
}

/** Why no conclusion can be drawn about a target whatever its results say; null when one can. */
export function targetObstacle(target: Pick<TargetRecord, 'failure' | 'results'>): string | null {
  if (target.failure !== null) return target.failure;
  // Silence must not look like success: somebody who selects nothing has not shown anything.
  const settled = target.results.some(({ verdict }) => ['pass', 'warn', 'fail'].includes(verdict));
  return settled ? null : 'No check of this target ended in a pass, a warning or a failure.';
}

/** Why no conclusion can be drawn about a run whatever its targets say; null when one can. */
export function runObstacle(run: Pick<RunRecord, 'interrupted' | 'targets'>): string | null {
  if (run.interrupted !== null) return `The run ended before its time: ${run.interrupted}`;
  return run.targets.length === 0 ? 'The run had no target.' : null;
}

/** Conclusion about a target: a finding outweighs what is unsettled. */
export function concludeTarget(target: Pick<TargetRecord, 'failure' | 'results'>): Conclusion {
  const has = (consequence: Consequence) =>
    target.results.some((result) => result.consequence === consequence);
  if (has('finding')) return 'non-conformant';
  return has('unsettled') || targetObstacle(target) !== null ? 'undetermined' : 'conformant';
}

/** Conclusion about a run: the worst of its targets, and never `conformant` when it was cut short. */
export function concludeRun(run: Pick<RunRecord, 'interrupted' | 'targets'>): Conclusion {
  const conclusions = run.targets.map(concludeTarget);
  if (conclusions.includes('non-conformant')) return 'non-conformant';
  return conclusions.includes('undetermined') || runObstacle(run) !== null ? 'undetermined' : 'conformant';
}

/** Exit code of a run that came to a conclusion. */
export function exitCodeOf(conclusion: Conclusion): 0 | 1 | 2 {
  return conclusion === 'conformant' ? 0 : conclusion === 'non-conformant' ? 1 : 2;
}

/**
 * Sentences about every consequence, conclusion and exit code of the record that its own results
 * contradict; empty when there is none. Exit codes 3 to 5 say something else than the conclusion.
 */
export function misconclusions(record: RunRecord): string[] {
  const problems: string[] = [];
  for (const target of record.targets) {
    for (const { check, verdict, gate, consequence } of target.results) {
      const due = consequenceOf(verdict, gate, record.profile.strict);
      if (consequence !== due) {
        problems.push(
          `${check} on ${target.name} (${verdict}, gate ${gate}) is ${due}, stated is ${consequence}.`,
        );
      }
    }
    const due = concludeTarget(target);
    if (target.conclusion !== due)
      problems.push(`Target ${target.name} is ${due}, stated is ${target.conclusion}.`);
  }
  const due = concludeRun(record);
  if (record.conclusion !== due) problems.push(`The run is ${due}, stated is ${record.conclusion}.`);
  if (record.exitCode < 3 && record.exitCode !== exitCodeOf(due)) {
    problems.push(`A run that is ${due} ends with ${exitCodeOf(due)}, stated is ${record.exitCode}.`);
  }
  return problems;
}
