import type { GatedResult, RunRecord, TargetRecord } from '../../model/record.ts';
import { bySeverity } from '../../model/severity.ts';
import type { Words } from './words.ts';

/** Why the run has its conclusion, as far as its targets are the reason. */
export function whyOfRun({ conclusion, targets }: RunRecord, words: Words): string | null {
  const same = targets.filter((target) => target.conclusion === conclusion).length;
  return same === 0 ? null : words.runWhy[conclusion](same, targets.length);
}

/** Why a target has its conclusion, as far as its results are the reason. */
export function whyOfTarget(target: TargetRecord, words: Words): string {
  const having = (consequence: GatedResult['consequence']) =>
    bySeverity(target.results.filter((result) => result.consequence === consequence));
  const findings = having('finding');
  const unsettled = having('unsettled');
  const waived = having('waived');
  const passed = target.results.filter(({ verdict }) => verdict === 'pass').length;
  const critical = findings.filter(({ severity }) => severity === 'critical').length;
  const [gravest] = findings;
  const [open] = unsettled;
  const why = words.targetWhy;
  return [
    gravest ? why.findings(findings.length, critical, `${gravest.check} — ${ended(gravest.reason)}`) : null,
    open ? why.unsettled(unsettled.length, `${open.check} — ${ended(open.reason)}`) : null,
    waived.length > 0 ? why.waived(waived.length) : null,
    // Beside what is wrong nobody wants to read that the rest is right; the numbers below say it.
    passed > 0 && !gravest && !open ? why.passed(passed) : null,
  ]
    .filter((sentence) => sentence !== null)
    .join(words.space);
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
