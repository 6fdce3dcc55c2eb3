import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { misconclusions } from './model/conclude.ts';
import { miscounts } from './model/counts.ts';
import type { Language } from './model/language.ts';
import { printable } from './model/printable.ts';
import type { RunRecord } from './model/record.ts';
import { parseRecord } from './model/schema.ts';
import { decidingChecks, specificationsOf } from './model/test-report.ts';
import { rowsOfCtrf } from './recount/ctrf.ts';
import { annotated, rowsOfGithub } from './recount/github.ts';
import { degraded, rowsOfGitlab } from './recount/gitlab.ts';
import { rowsOfHtml } from './recount/html.ts';
import { rowsOfJunit } from './recount/junit.ts';
import { rowsOfMarkdown, summarized } from './recount/markdown.ts';
import { differences, type Row, rowsOf } from './recount/row.ts';
import { rowsOfSarif } from './recount/sarif.ts';
import { rowsOfTap } from './recount/tap.ts';
import { recountTestReport, type TestReport } from './recount/test-cases.ts';
import { readTestReportHtml } from './recount/test-report-html.ts';
import { readTestReportMarkdown } from './recount/test-report-markdown.ts';
import { writeCtrf } from './writers/ctrf.ts';
import { writeGithub } from './writers/github.ts';
import { writeGitlab } from './writers/gitlab.ts';
import { writeHtml } from './writers/html/page.ts';
import { writeTestReportHtml } from './writers/html/test-report.ts';
import { writeJunit } from './writers/junit.ts';
import { writeMarkdown } from './writers/markdown.ts';
import { writeSarif } from './writers/sarif.ts';
import { writeTap } from './writers/tap.ts';
import { writeTestReportMarkdown } from './writers/test-report-markdown.ts';

/** How a report is derived from the record, and how its file is read again without the writer. */
export interface Report {
  /** What the command line calls it. */
  readonly format: Format;
  readonly file: string;
  readonly write: (record: RunRecord) => string;
  readonly read: (content: string) => readonly Row[];
  /** What it says of a row, where that is not all of it; null: nothing. */
  readonly states?: (row: Row) => Row | null;
}

export type Format =
  | 'json'
  | 'junit'
  | 'html'
  | 'tap'
  | 'sarif'
  | 'ctrf'
  | 'markdown'
  | 'github'
  | 'gitlab'
  | 'bsi'
  | 'bsi-markdown';

/**
 * Every report of a run, those for people in a language; `results.json` comes first, because the others can be derived from it again.
 */
export function reportsIn(language: Language = 'en'): readonly Report[] {
  return [
    { format: 'json', file: 'results.json', write: writeRecord, read: rowsOfRecord },
    { format: 'junit', file: 'junit.xml', write: writeJunit, read: rowsOfJunit },
    { format: 'html', file: 'report.html', write: (record) => writeHtml(record, language), read: rowsOfHtml },
    { format: 'tap', file: 'results.tap', write: writeTap, read: rowsOfTap },
    { format: 'sarif', file: 'results.sarif', write: writeSarif, read: rowsOfSarif },
    { format: 'ctrf', file: 'ctrf-report.json', write: writeCtrf, read: rowsOfCtrf },
    {
      format: 'markdown',
      file: 'summary.md',
      write: writeMarkdown,
      read: rowsOfMarkdown,
      states: summarized,
    },
    { format: 'github', file: 'annotations.txt', write: writeGithub, read: rowsOfGithub, states: annotated },
    { format: 'gitlab', file: 'code-quality.json', write: writeGitlab, read: rowsOfGitlab, states: degraded },
  ];
}

export const REPORTS: readonly Report[] = reportsIn();

/**
 * The reports of the test specifications that the profile of a run follows. They are derived on demand, and no audit
 * writes them; empty where the profile follows none.
 */
export function testReportsOf(record: RunRecord): readonly Report[] {
  const specifications = specificationsOf(record);
  if (specifications.length === 0) return [];
  const decide = new Set(decidingChecks(specifications));
  const recounted = (read: (content: string) => TestReport) => ({
    read: (content: string) => recountTestReport(record, read(content)),
    states: (row: Row) => (decide.has(row.check) ? row : null),
  });
  return [
    { format: 'bsi', file: 'bsi.html', write: writeTestReportHtml, ...recounted(readTestReportHtml) },
    {
      format: 'bsi-markdown',
      file: 'bsi.md',
      write: writeTestReportMarkdown,
      ...recounted(readTestReportMarkdown),
    },
  ];
}

/** Reports that could not be written or that do not say what the record says; exit code 5. */
export class ReportMismatch extends Error {
  override readonly name = 'ReportMismatch';
  readonly problems: readonly { readonly file: string; readonly problem: string }[];
  constructor(folder: string, problems: ReportMismatch['problems'], causes: readonly unknown[]) {
    const list = problems.map(({ file, problem }) => `${file}: ${problem}`).join(' ');
    super(`The reports in ${folder} cannot be trusted. ${list}`, { cause: causes[0] });
    this.problems = problems;
  }
}

/**
 * Writes every report into `folder`, each file whole or not at all, then reads each file back and
 * compares what it states with the record. One broken report does not keep the others from being written.
 * @throws ReportMismatch
 */
export async function writeReports(
  record: RunRecord,
  folder: string,
  reports: readonly Report[] = REPORTS,
): Promise<void> {
  const expected = rowsOf(record);
  const problems: { file: string; problem: string }[] = [];
  const causes: unknown[] = [];
  for (const report of reports) {
    const { file, write } = report;
    const path = join(folder, file);
    try {
      await mkdir(folder, { recursive: true });
      // A report of an earlier run must not be taken for one of this run.
      await rm(path, { force: true });
      await replaceFile(path, write(record));
      const content = await readFile(path, 'utf8');
      for (const problem of mistakesIn(report, content, expected)) problems.push({ file, problem });
    } catch (cause) {
      causes.push(cause);
      problems.push({ file, problem: printable(cause instanceof Error ? cause.message : String(cause)) });
    }
  }
  if (problems.length > 0) throw new ReportMismatch(folder, problems, causes);
}

/**
 * A report of a record, the same to the octet as `writeReports` writes it, read back like it.
 * @throws ReportMismatch
 */
export function deriveReport(record: RunRecord, format: Format, language: Language = 'en'): string {
  const report = [...reportsIn(language), ...testReportsOf(record)].find((one) => one.format === format);
  if (!report) throw new TypeError(`This record has no report in the format ${format}.`);
  const { file, write } = report;
  const content = write(record);
  const problems = mistakesIn(report, content, rowsOf(record)).map((problem) => ({ file, problem }));
  if (problems.length > 0) throw new ReportMismatch('.', problems, []);
  return content;
}

/** What a report says otherwise than the rows of its record. */
function mistakesIn(
  { read, states = asItIs }: Report,
  content: string,
  rows: readonly Row[],
): readonly string[] {
  const stated = rows.flatMap((row) => states(row) ?? []);
  return differences(stated, read(content));
}

function asItIs(row: Row): Row {
  return row;
}

async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** The record as the text of `results.json`. */
export function writeRecord(record: RunRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function rowsOfRecord(json: string): Row[] {
  const record = parseRecord(json);
  const [problem] = [...miscounts(record), ...misconclusions(record)];
  if (problem !== undefined) throw new Error(problem);
  return rowsOf(record);
}
