import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns } from '../../reports/model/compare.ts';
import type { RunRecord } from '../../reports/model/record.ts';
import { writeComparisonMarkdown } from '../../reports/writers/comparison-markdown.ts';
import { writeComparisonHtml } from '../../reports/writers/html/comparison.ts';
import { printComparison } from './print-comparison.ts';
import { writeOut } from './write-file.ts';

const FILES = [
  ['comparison.html', writeComparisonHtml],
  ['comparison.md', writeComparisonMarkdown],
] as const;

/** Takes comparisons of an earlier run out of a folder of reports: nobody may take one for one of this run. */
export async function removeComparisons(folder: string): Promise<void> {
  for (const [file] of FILES) await rm(join(folder, file), { force: true });
}

/**
 * Says what changed since an earlier run, and writes it beside the reports of this one.
 * @param say where it is said, and whether with what only one of the runs asked; null: nowhere
 */
export async function compareSince(
  earlier: RunRecord,
  record: RunRecord,
  folder: string,
  say: { readonly stream: NodeJS.WritableStream; readonly verbose: boolean } | null,
): Promise<void> {
  const comparison = compareRuns(earlier, record);
  if (say !== null) {
    const { stream, verbose } = say;
    stream.write(`\nSince run ${earlier.runId}:\n`);
    printComparison(comparison, (line) => void stream.write(`${line}\n`), { verbose });
  }
  for (const [file, write] of FILES) await writeOut(join(folder, file), write(comparison), 'w');
}
