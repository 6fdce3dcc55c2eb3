import type { TargetRecord } from '../model/record.ts';
import { ENGLISH } from './html/english.ts';
import { partsOf } from './html/number.ts';

/**
 * What became of the checks of a target, in numbers: the standings that page one of the HTML report counts, in its
 * words, and the checks that were not selected.
 */
export function countsLine({ results, notSelected }: Pick<TargetRecord, 'results' | 'notSelected'>): string {
  const parts = partsOf(results).map(([standing, count]) =>
    standing === 'finding' && count === 1 ? '1 finding' : `${count} ${ENGLISH.standings[standing]}`,
  );
  const left = notSelected.length === 0 ? [] : [`${notSelected.length} not selected`];
  return [...(parts.length === 0 ? ['nothing was asked'] : parts), ...left].join(' · ');
}
