import type { LikelyCause } from './diagnosis.ts';
import { causeOf } from './likely-cause.ts';
import type { GatedResult, TargetRecord } from './record.ts';
import { SEVERITIES } from './severity.ts';
import type { Severity } from './vocabulary.ts';

/** What somebody has to look at: a cause with the findings beneath it, or a finding that stands on its own. */
export interface Matter {
  /** Null for a finding on its own. */
  readonly cause: LikelyCause | null;
  /** What counts as a finding; the gravest first. */
  readonly findings: readonly GatedResult[];
  readonly severity: Severity;
}

/**
 * The findings of a target in the order in which they matter: the gravest first, and of equals what explains most.
 * Deviations that do not count as findings are no matter.
 */
export function mattersOf(target: TargetRecord): Matter[] {
  const rank = (severity: Severity) => SEVERITIES.indexOf(severity);
  const findings = target.results
    .filter(({ consequence }) => consequence === 'finding')
    .toSorted((a, b) => rank(a.severity) - rank(b.severity));
  const byCause = Map.groupBy(findings, (result) => causeOf(target, result) ?? result);
  return [...byCause]
    .flatMap(([key, its]): Matter[] => {
      const [gravest] = its;
      if (!gravest) return [];
      return [{ cause: 'explains' in key ? key : null, findings: its, severity: gravest.severity }];
    })
    .sort((a, b) => rank(a.severity) - rank(b.severity) || b.findings.length - a.findings.length);
}
