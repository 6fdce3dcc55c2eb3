import type { Change, Difference } from '../model/compare.ts';

/** How each kind of difference is headed. */
export const HEADINGS: Readonly<Record<Change, string>> = {
  regressed: 'Regressed',
  'settled-badly': 'Settled badly',
  unsettled: 'No longer settled',
  fixed: 'Fixed',
  settled: 'Settled',
  new: 'New',
  gone: 'Gone',
  changed: 'Changed',
};

/** What each kind of difference means, in a sentence. */
export const MEANINGS: Readonly<Record<Change, string>> = {
  regressed: 'Worse than in the earlier run.',
  'settled-badly':
    'Open in the earlier run, a fail in the later one; nobody knows whether it was better before.',
  unsettled: 'Decided in the earlier run, open in the later one.',
  fixed: 'Better than in the earlier run.',
  settled: 'Open in the earlier run, decided without a fail in the later one.',
  new: 'In the later run alone.',
  gone: 'In the earlier run alone.',
  changed: 'Different, and neither better nor worse.',
};

/** Kinds of differences whose reason and rerun are told: somebody has to look at them. */
export const TELLING: readonly Change[] = ['regressed', 'settled-badly', 'unsettled'];

/** `pass → fail`; a run that did not have the check says `absent`. */
export function stepOf({ before, after }: Difference): string {
  return `${before ?? 'absent'} → ${after ?? 'absent'}`;
}
