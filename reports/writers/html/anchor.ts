import type { GatedResult, RunRecord } from '../../model/record.ts';

/** The fragment of a result within the page: the number of its target and its code. */
export function anchorOf(record: RunRecord, result: Pick<GatedResult, 'check' | 'target'>): string {
  const number = record.targets.findIndex(({ name }) => name === result.target) + 1;
  return `t${number}-${result.check.replace(/[^A-Za-z0-9-]/g, '_')}`;
}
