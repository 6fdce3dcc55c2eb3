import { brokenControls } from './controls.ts';
import type { GatedResult, TargetRecord } from './record.ts';
import type { Verdict } from './vocabulary.ts';

/** Results that were left open for one and the same reason. */
export interface OpenGroup {
  /** In one sentence, visible notation. */
  readonly reason: string;
  /** Name of the control that broke off; null where the checks themselves say why they are open. */
  readonly control: string | null;
  readonly results: readonly GatedResult[];
}

const OPEN: readonly Verdict[] = ['inconclusive', 'error', 'not-run'];

/**
 * What decided nothing, by its reason: the group that leaves most open comes first. Reasons are compared as they
 * are, variant by variant; a control that broke off is the reason of whatever builds on it.
 */
export function openGroups(target: TargetRecord): OpenGroup[] {
  const open = target.results.filter(
    ({ verdict, consequence }) => OPEN.includes(verdict) && consequence !== 'waived',
  );
  const controls = new Map(brokenControls(target).map(({ control }) => [control.control, control.line]));
  const groups = new Map<string, { reason: string; control: string | null; results: GatedResult[] }>();
  for (const result of open) {
    const line = result.endedBy === undefined ? undefined : controls.get(result.endedBy);
    const control = line === undefined ? null : (result.endedBy ?? null);
    const reason = line ?? reasonOf(result);
    const key = JSON.stringify([control, result.cause, reason]);
    const group = groups.get(key) ?? { reason, control, results: [] };
    group.results.push(result);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.results.length - a.results.length);
}

/** The reason of the variant that decided, without its name; that of the result where none did. */
function reasonOf({ verdict, reason, variants }: GatedResult): string {
  return variants.find((variant) => variant.verdict === verdict)?.reason ?? reason;
}
