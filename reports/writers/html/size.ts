import type { GatedResult, Remedy, RunRecord } from '../../model/record.ts';
import { remediesOf } from '../../model/remedies.ts';

/** Most lines of the transcript that a result may show. */
export type LineBudget = (result: GatedResult) => number;

const WANTED = { finding: 40, unsettled: 40, waived: 24, advice: 24, none: 16 } as const;

/** Characters of all transcripts together: with its markup a page stays below about 4 MB. */
const CHARACTERS = 1_200_000;
const MARKUP_PER_LINE = 90;

/**
 * How many lines each result may show so that the page stays small enough to be mailed. The evidence
 * has every line; a run with very many findings shows fewer of each.
 */
export function lineBudget(record: RunRecord): LineBudget {
  const results = record.targets.flatMap((target) => target.results);
  let share = 1;
  const budget: LineBudget = (result) => Math.max(3, Math.floor(WANTED[result.consequence] * share));
  const size = () =>
    results.reduce((sum, result) => {
      const shown = Math.min(result.transcript.length, budget(result));
      const average =
        result.transcript.reduce((length, line) => length + line.text.length, 0) /
        Math.max(1, result.transcript.length);
      return sum + shown * (average + MARKUP_PER_LINE);
    }, 0);
  while (share > 0.05 && size() > CHARACTERS) share /= 1.5;
  return budget;
}

/** Rows about variants that a page has room for; some checks run with fifty inputs. */
const VARIANT_ROWS = 2400;

/** How many variants each result may list. */
export function variantBudget({ targets }: RunRecord): number {
  const results = targets.reduce((sum, target) => sum + target.results.length, 0);
  return Math.max(2, Math.min(8, Math.floor(VARIANT_ROWS / Math.max(1, results))));
}

/** Characters of all settings together, beyond which each remedy stands in full at one place only. */
const SETTINGS = 500_000;

/** The result at which the settings of a remedy are to be found; itself, unless the page became too long. */
export type PlaceOfSettings = (remedy: Remedy, result: GatedResult) => GatedResult;

/** @param results every result, in the order of the page */
export function placesOfSettings(record: RunRecord, results: readonly GatedResult[]): PlaceOfSettings {
  const first = new Map<Remedy, GatedResult>();
  let size = 0;
  for (const result of results) {
    for (const remedy of remediesOf(record, result)) {
      if (!first.has(remedy)) first.set(remedy, result);
      for (const { lines } of remedy.servers) {
        size += MARKUP_PER_LINE + lines.reduce((sum, line) => sum + line.length, 0);
      }
    }
  }
  return (remedy, result) => (size <= SETTINGS ? result : (first.get(remedy) ?? result));
}
