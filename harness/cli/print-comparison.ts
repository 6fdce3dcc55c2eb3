import pc from 'picocolors';
import { CHANGES, type Change, type Comparison, differencesOf } from '../../reports/model/compare.ts';
import { HEADINGS, stepOf, TELLING } from '../../reports/writers/comparison-words.ts';
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

/** Says what changed between two runs, line by line, for terminals and logs. */
export function printComparison(comparison: Comparison, print: (line: string) => void): void {
  const say = (text: string) => print(logLine(text));
  for (const note of comparison.notes) say(note);
  for (const change of CHANGES) {
    const members = differencesOf(comparison, change);
    if (members.length === 0) continue;
    say(`${PAINTS[change](HEADINGS[change])} (${members.length})`);
    for (const one of members) {
      say(`  ${one.check} ${one.target}: ${stepOf(one)}, ${one.title}`);
      if (!TELLING.includes(change)) continue;
      say(`    ${one.reason}`);
      say(`    ${one.rerun}`);
    }
  }
  say(`${comparison.same} results are the same.`);
}
