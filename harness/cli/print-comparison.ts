import pc from 'picocolors';
import { CHANGES, type Change, type Comparison, differencesOf } from '../../reports/model/compare.ts';
import {
  HEADINGS,
  ONE_SIDED,
  oneSidedLines,
  stepOf,
  TELLING,
} from '../../reports/writers/comparison-words.ts';
import { logLine } from '../evidence/log-line.ts';

const PAINTS: Readonly<Record<Change, (text: string) => string>> = {
  regressed: pc.red,
  'settled-badly': pc.red,
  unsettled: pc.magenta,
  fixed: pc.green,
  settled: pc.green,
  new: String,
  gone: String,
  changed: String,
};

/**
 * Says what changed between two runs, line by line, for terminals and logs.
 * @param verbose lists too what only one of the runs asked
 */
export function printComparison(
  comparison: Comparison,
  print: (line: string) => void,
  { verbose }: { readonly verbose: boolean },
): void {
  const say = (text: string) => print(logLine(text));
  for (const note of comparison.notes) say(note);
  for (const change of CHANGES) {
    const members = differencesOf(comparison, change);
    if (members.length === 0 || (!verbose && ONE_SIDED.includes(change))) continue;
    say(`${PAINTS[change](HEADINGS[change])} (${members.length})`);
    for (const one of members) {
      say(`  ${one.check} ${one.target}: ${stepOf(one)}, ${one.title}`);
      if (!TELLING.includes(change)) continue;
      say(`    ${one.reason}`);
      say(`    ${one.rerun}`);
    }
  }
  if (!verbose) for (const line of oneSidedLines(comparison, '--verbose lists them')) say(line);
  say(`${comparison.same} results are the same.`);
}
