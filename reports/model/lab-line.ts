import type { TargetRecord } from './record.ts';

/** What was not asked because the target has no lab, in one line; null where that is nothing. */
export function labLine({ notSelected }: Pick<TargetRecord, 'notSelected'>): string | null {
  const count = notSelected.filter(({ reason }) => reason === 'lab').length;
  if (count === 0) return null;
  return count === 1
    ? '1 check was not asked: it needs a lab around the target, which has none.'
    : `${count} checks were not asked: they need a lab around the target, which has none.`;
}
