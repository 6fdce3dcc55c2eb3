import type { RunRecord } from '../../model/record.ts';

/** The fragment of a control within the page. */
export function controlAnchor(record: RunRecord, target: string, control: string): string {
  return anchorOf(record, { target, check: `control-${control}` } as const);
}

/** The fragment of a result within the page: the number of its target and its code. */
export function anchorOf(
  record: RunRecord,
  result: { readonly check: string; readonly target: string },
): string {
  const number = record.targets.findIndex(({ name }) => name === result.target) + 1;
  return `t${number}-${result.check.replace(/[^A-Za-z0-9-]/g, '_')}`;
}
