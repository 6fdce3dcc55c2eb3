import { join, relative } from 'node:path';
import pc from 'picocolors';
import { brokenControls, brokenLine } from '../../reports/model/controls.ts';
import { waiverLine } from '../../reports/model/outcome.ts';
import { partialLine } from '../../reports/model/partial.ts';
import type { GatedResult, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import { logLine } from '../evidence/log-line.ts';
import { printGrouped } from './github-group.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';
import { CONCLUSIONS, headOf, targetSummary } from './target-summary.ts';

/** Lines of a terminal that the summary may fill, and those of its end. */
const SCREEN = 40;
const END = 7;
/** Fewest lines of a target, however many there are. */
const FEWEST = 5;

/**
 * Prints what the run found, causes first, on one screen.
 * @param verbose each finding with its reason and the command that reruns it, however long that is
 */
export function printSummary(
  record: RunRecord,
  folder: string,
  stream: NodeJS.WritableStream,
  { verbose }: { readonly verbose: boolean },
): void {
  const print = (text: string) => void stream.write(`${logLine(text)}\n`);
  const room = Math.max(FEWEST, Math.floor((SCREEN - END) / Math.max(1, record.targets.length)));
  for (const target of record.targets) {
    printGrouped(`${target.name}: ${target.conclusion}`, stream, () => {
      if (verbose) printTarget(target, print);
      else for (const line of targetSummary(target, room)) print(line);
    });
  }
  printStale(record, print);
  print('');
  printConclusion(record, stream);
  if (record.rerunOf) print(`This run is partial: ${partialLine(record.rerunOf)}`);
  const waived = record.targets.flatMap(({ results }) => results).filter(isWaived).length;
  if (waived > 0)
    print(`${waived} expected deviations are waived; the conclusion is what it would be without them.`);
  if (record.interrupted !== null) print(`The run ended before its time: ${record.interrupted}`);
  const [rerun] = verbose ? [] : record.targets.flatMap(({ results }) => results).filter(isTold);
  if (rerun) print(pc.dim(`One check again: ${rerun.rerun}`));
  print(`Report: ${relative(process.cwd(), join(folder, 'report.html')) || folder}`);
}

/** Prints the one line that says what the run concludes. */
export function printConclusion(record: RunRecord, stream: NodeJS.WritableStream): void {
  const { conclusion, profile, rerunOf, durationMs } = record;
  const part = rerunOf ? `, partial: ${rerunOf.checks} of ${rerunOf.of} checks` : '';
  const line = `${CONCLUSIONS[conclusion](pc.bold(conclusion))} in the profile ${profile.id}@${profile.version}${profile.strict ? ' (strict)' : ''}${part}, ${(durationMs / 1000).toFixed(1)} s`;
  stream.write(`${logLine(line)}\n`);
}

function printTarget(target: TargetRecord, print: (text: string) => void): void {
  for (const line of headOf(target)) print(line);
  for (const broken of brokenControls(target)) {
    print(`  ${brokenLine(broken)}`);
    if (broken.open.length > 0) print(pc.dim(`    ${broken.open.join(' ')}`));
  }
  const of = (consequence: GatedResult['consequence']) =>
    target.results.filter((result) => result.consequence === consequence && result.endedBy === undefined);
  printResults('Findings', of('finding'), print);
  printResults(
    'Unsettled',
    of('unsettled').filter(({ endedBy }) => endedBy === undefined),
    print,
  );
  printResults('Waived', of('waived'), print);
  printResults('Advice', of('advice'), print);
}

function printResults(heading: string, results: readonly GatedResult[], print: (text: string) => void): void {
  if (results.length === 0) return;
  print(`  ${heading}`);
  for (const result of results) {
    const { glyph, paint } = VERDICT_GLYPHS[result.verdict];
    print(
      `    ${paint(glyph)} ${pc.bold(result.check)} ${result.target}: ${result.title} (${result.severity})`,
    );
    print(`      ${result.reason}`);
    const waived = waiverLine(result);
    if (waived !== null) print(`      ${waived}`);
    print(pc.dim(`      ${result.rerun}`));
  }
}

function isTold({ consequence }: GatedResult): boolean {
  return consequence === 'finding' || consequence === 'unsettled';
}

function isWaived({ consequence }: GatedResult): boolean {
  return consequence === 'waived';
}

function printStale({ expected }: RunRecord, print: (text: string) => void): void {
  const stale = expected.filter(({ state }) => state === 'stale');
  if (stale.length === 0) return;
  print('');
  print(`${pc.bold('Stale entries of the expected deviations')}`);
  for (const { place, why } of stale) print(`  ${place}: ${why}`);
}
