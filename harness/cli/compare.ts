import pc from 'picocolors';
import {
  CHANGES,
  type Change,
  type Comparison,
  compareRuns,
  comparisonExitCode,
} from '../../reports/model/compare.ts';
import { logLine } from '../evidence/log-line.ts';
import { readRecord } from './read-record.ts';

const HEADINGS: Readonly<Record<Change, string>> = {
  regressed: pc.red('Regressed'),
  unsettled: pc.magenta('No longer settled'),
  fixed: pc.green('Fixed'),
  new: 'New',
  gone: 'Gone',
  changed: 'Changed',
};

/** `mailspec compare`: what changed between two runs. @returns 1 with a regression, 2 with something unsettled, else 0 */
export async function compareCommand(before: string, after: string, json: boolean): Promise<number> {
  const comparison = compareRuns(await readRecord(before), await readRecord(after));
  if (json) process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else print(comparison);
  return comparisonExitCode(comparison);
}

function print({ differences, same, notes }: Comparison): void {
  const say = (text: string) => void process.stdout.write(`${logLine(text)}\n`);
  for (const note of notes) say(note);
  for (const change of CHANGES) {
    const members = differences.filter((one) => one.change === change);
    if (members.length === 0) continue;
    say(`${HEADINGS[change]} (${members.length})`);
    for (const { target, check, title, before, after, reason, rerun } of members) {
      say(`  ${check} ${target}: ${before ?? 'absent'} → ${after ?? 'absent'}, ${title}`);
      if (change !== 'regressed' && change !== 'unsettled') continue;
      say(`    ${reason}`);
      say(`    ${rerun}`);
    }
  }
  say(`${same} results are the same.`);
}
