import type { GatedResult, Remedy, RunRecord } from './record.ts';

/** What can be done about a result; nothing where nothing is wrong, or where the audit itself failed. */
export function remediesOf(
  { remedies }: Pick<RunRecord, 'remedies'>,
  { check, verdict }: Pick<GatedResult, 'check' | 'verdict'>,
): readonly Remedy[] {
  if (verdict !== 'fail' && verdict !== 'warn' && verdict !== 'inconclusive') return [];
  return remedies.filter(({ checks }) => checks.includes(check));
}
