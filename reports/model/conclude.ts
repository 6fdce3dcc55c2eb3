import type { Conclusion, Gate, GatedResult, RunRecord, TargetRecord, Waiver } from './record.ts';
import type { CheckResult, Verdict } from './vocabulary.ts';

export type Consequence = GatedResult['consequence'];

/**
 * What a verdict leads to. `strict` makes a gate of `warn` count like `fail`, and lets a `warn` count
 * as a finding. `error` and `not-run` are unsettled under every gate and cannot be waived: our own
 * trouble is never a detail of the profile, nor anything to be expected.
 */
export function consequenceOf(verdict: Verdict, gate: Gate, strict: boolean, waived = false): Consequence {
  const due = dueConsequence(verdict, gate, strict);
  const waivable = verdict !== 'error' && verdict !== 'not-run';
  return waived && waivable && (due === 'finding' || due === 'unsettled') ? 'waived' : due;
}

function dueConsequence(verdict: Verdict, gate: Gate, strict: boolean): Exclude<Consequence, 'waived'> {
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

/** A result under the gate that the profile gives its check, with the waiver that speaks of it. */
export function gateResult(
  result: CheckResult,
  gate: Gate,
  strict: boolean,
  waiver: Waiver | null = null,
): GatedResult {
  const consequence = consequenceOf(result.verdict, gate, strict, waiver !== null);
  return { ...result, gate, consequence, waiver };
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

/** Conclusion about a target, as if nothing were waived: a finding outweighs what is unsettled. */
export function concludeTarget(target: Pick<TargetRecord, 'failure' | 'results'>): Conclusion {
  const has = (consequence: Consequence) =>
    target.results.some((result) => withoutWaiver(result) === consequence);
  if (has('finding')) return 'non-conformant';
  return has('unsettled') || targetObstacle(target) !== null ? 'undetermined' : 'conformant';
}

/** Conclusion about a run: the worst of its targets, and never `conformant` when it was cut short. */
export function concludeRun(run: Pick<RunRecord, 'interrupted' | 'targets'>): Conclusion {
  const conclusions = run.targets.map(concludeTarget);
  if (conclusions.includes('non-conformant')) return 'non-conformant';
  return conclusions.includes('undetermined') || runObstacle(run) !== null ? 'undetermined' : 'conformant';
}

/** A waived finding is still one where the question is whether a server conforms. */
function withoutWaiver({ verdict, consequence }: GatedResult): Consequence {
  if (consequence !== 'waived') return consequence;
  return verdict === 'inconclusive' ? 'unsettled' : 'finding';
}

/**
 * Exit code of a run that came to its end: 0 where it is conformant or everything that keeps it from that
 * is waived, 1 with a finding, 2 with something unsettled, 4 where nothing is wrong but an entry of the
 * expected deviations, which includes a deviation whose entry has expired.
 */
export function exitCodeOf(run: Pick<RunRecord, 'interrupted' | 'targets' | 'expected'>): 0 | 1 | 2 | 4 {
  const stale = run.expected.filter(({ state }) => state === 'stale');
  const told = ({ target, check, verdict }: GatedResult) =>
    stale.some((one) => one.target === target && one.check === check && one.verdict === verdict);
  const untold = run.targets.flatMap(({ results }) => results).filter((result) => !told(result));
  const has = (consequence: Consequence) => untold.some((result) => result.consequence === consequence);
  if (has('finding')) return 1;
  if (has('unsettled') || run.targets.some((target) => targetObstacle(target) !== null)) return 2;
  if (runObstacle(run) !== null) return 2;
  return stale.length > 0 ? 4 : 0;
}

/** Why the expected deviations fail the run; null where they do not. */
export function staleExpectations(run: Pick<RunRecord, 'expected'>): string | null {
  const stale = run.expected.filter(({ state }) => state === 'stale');
  return stale.length === 0 ? null : stale.map(({ place, why }) => `${place}: ${why}`).join(' ');
}

/**
 * Sentences about every consequence, conclusion and exit code of the record that its own results
 * contradict; empty when there is none. Exit codes 3 and 5 say something else than the conclusion.
 */
export function misconclusions(record: RunRecord): string[] {
  const problems: string[] = [];
  for (const target of record.targets) {
    for (const { check, verdict, gate, consequence, waiver } of target.results) {
      const expectation = record.expected.find((one) => one.target === target.name && one.check === check);
      if ((waiver !== null) !== (expectation?.state === 'met' && expectation.verdict === verdict)) {
        problems.push(`${check} on ${target.name} (${verdict}) is waived against the expected deviations.`);
      }
      const due = consequenceOf(verdict, gate, record.profile.strict, waiver !== null);
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
  const exitCode = exitCodeOf(record);
  if (record.exitCode !== 3 && record.exitCode !== 5 && record.exitCode !== exitCode) {
    problems.push(`A run that is ${due} ends with ${exitCode}, stated is ${record.exitCode}.`);
  }
  return problems;
}
