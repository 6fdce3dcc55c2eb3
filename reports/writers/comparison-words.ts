import { type Change, type Comparison, type Difference, differencesOf } from '../model/compare.ts';
import { VERDICTS } from '../model/vocabulary.ts';

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

/** Kinds of differences that come from what was asked, not from the target: hundreds where one run asked a part. */
export const ONE_SIDED: readonly Change[] = ['new', 'gone'];

/**
 * How many checks only one of the runs asked, by their verdicts, a sentence a run; none where both asked the same.
 * `list` says where they are listed.
 */
export function oneSidedLines(comparison: Comparison, list: string): string[] {
  return ONE_SIDED.flatMap((change) => {
    const members = differencesOf(comparison, change);
    if (members.length === 0) return [];
    const verdicts = VERDICTS.flatMap((verdict) => {
      const count = members.filter(({ before, after }) => (after ?? before) === verdict).length;
      return count === 0 ? [] : [`${count} ${verdict}`];
    });
    const which = change === 'new' ? 'later' : 'earlier';
    const checks = members.length === 1 ? '1 check' : `${members.length} checks`;
    return [`The ${which} run alone asked ${checks} (${verdicts.join(', ')}); ${list}.`];
  });
}

/** `pass → fail`; a run that did not have the check says `absent`. */
export function stepOf({ before, after }: Difference): string {
  return `${before ?? 'absent'} → ${after ?? 'absent'}`;
}
