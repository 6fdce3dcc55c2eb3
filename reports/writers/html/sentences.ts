import { mattersOf } from '../../model/matters.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../../model/record.ts';
import { bySeverity } from '../../model/severity.ts';
import { countStandings } from '../../model/standing.ts';
import { reasonIn } from './reasons.ts';
import { type Content, html } from './safe.ts';
import type { Words } from './words.ts';

/** Why the run has its conclusion, as far as its targets are the reason. */
export function whyOfRun({ conclusion, targets }: RunRecord, words: Words): string | null {
  const same = targets.filter((target) => target.conclusion === conclusion).length;
  return same === 0 ? null : words.runWhy[conclusion](same, targets.length);
}

/** Why a target has its conclusion, as far as its results are the reason. */
export function whyOfTarget(target: TargetRecord, words: Words): Content {
  const having = (consequence: GatedResult['consequence']) =>
    bySeverity(target.results.filter((result) => result.consequence === consequence));
  const findings = having('finding');
  const unsettled = having('unsettled');
  const waived = having('waived');
  const { passed } = countStandings(target.results);
  const critical = findings.filter(({ severity }) => severity === 'critical').length;
  const [matter] = mattersOf(target);
  const [gravest] = matter?.findings ?? [];
  const [open] = unsettled;
  const why = words.targetWhy;
  return [
    gravest ? html`${why.findings(findings.length, critical)}${told(gravest, words)}` : null,
    open ? html`${why.unsettled(unsettled.length)}${told(open, words)}` : null,
    waived.length > 0 ? why.waived(waived.length) : null,
    // Beside what is wrong nobody wants to read that the rest is right; the numbers below say it.
    passed > 0 && !gravest && !open ? why.passed(passed) : null,
  ]
    .filter((sentence) => sentence !== null)
    .map((sentence, index) => [index > 0 ? ' ' : null, sentence]);
}

function told({ check, reason }: GatedResult, words: Words): Content {
  return html`${check} — ${reasonIn(ended(reason), words)}`;
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
