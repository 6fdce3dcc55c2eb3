import { type Comparison, compareRuns, comparisonExitCode } from '../../reports/model/compare.ts';
import { writeComparisonMarkdown } from '../../reports/writers/comparison-markdown.ts';
import { writeComparisonHtml } from '../../reports/writers/html/comparison.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { printComparison } from './print-comparison.ts';
import { writeOut } from './write-file.ts';

/** What a comparison can be written as. */
export type ComparisonFormat = 'text' | 'html' | 'markdown' | 'json';

export interface CompareOptions {
  readonly format: ComparisonFormat;
  /** File to write; null: the standard output. */
  readonly out: string | null;
  /** Whether the text lists what only one of the runs asked. */
  readonly verbose: boolean;
}

/**
 * `mailspec compare`: what changed between two runs.
 * @returns 1 where something regressed or turned out badly, 2 where something is no longer settled, else 0
 */
export async function compareCommand(
  before: string,
  after: string,
  { format, out, verbose }: CompareOptions,
): Promise<number> {
  const comparison = compareRuns(await readRecordWithEvidence(before), await readRecordWithEvidence(after));
  const content = contentOf(comparison, format, verbose);
  if (out !== null) await writeOut(out, content, 'w');
  else process.stdout.write(content);
  return comparisonExitCode(comparison);
}

function contentOf(comparison: Comparison, format: ComparisonFormat, verbose: boolean): string {
  switch (format) {
    case 'html':
      return writeComparisonHtml(comparison);
    case 'markdown':
      return writeComparisonMarkdown(comparison);
    case 'json':
      return `${JSON.stringify(comparison, null, 2)}\n`;
    case 'text': {
      const lines: string[] = [];
      printComparison(comparison, (line) => void lines.push(`${line}\n`), { verbose });
      return lines.join('');
    }
  }
}
