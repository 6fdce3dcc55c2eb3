import { resolve } from 'node:path';
import type { Language } from '../../reports/model/language.ts';
import type { Order, RunRecord } from '../../reports/model/record.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import type { Selection } from '../runner/plan.ts';
import { type Found, runAudit } from '../runner/run.ts';
import { untilSignal } from '../runner/until-signal.ts';
import type { Statement } from '../targets/authority.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { createProgress, SILENCE } from './progress.ts';
import { compareSince, removeComparisons } from './since.ts';
import { printConclusion, printSummary } from './summary.ts';

/** How much an audit prints; its reports are the same. */
export type Loudness = 'quiet' | 'screen' | 'verbose';

/** What an audit is asked to do. */
export interface AuditRequest {
  /** Names of targets; empty: the default of the targets file. */
  readonly names: readonly string[];
  readonly targets: string;
  readonly out: string;
  readonly profile: string;
  readonly selection: Selection;
  /** Folders of suites that somebody else wrote. */
  readonly suites: readonly string[];
  readonly expected: ExpectedChoice;
  /** Audited instead of what a targets file declares. */
  readonly found?: Found;
  /** What is said for the hosts that are audited. */
  readonly statement: Statement;
  readonly strict: boolean;
  /** Absent: the usual order, side by side. */
  readonly order?: Order;
  readonly language: Language;
  readonly concurrency: number;
  readonly loudness: Loudness;
}

/**
 * `mailspec audit`: audits, writes the reports, prints the summary, and returns the exit code.
 * @param since an earlier run to compare with; null for none
 */
export async function auditCommand(request: AuditRequest, since: string | null): Promise<number> {
  // Before the run, which may write its own record in its place.
  const earlier = since === null ? null : await readRecordWithEvidence(since);
  const record = await untilSignal((signal) => auditOnce(request, signal));
  const folder = resolve(request.out);
  const isQuiet = request.loudness === 'quiet';
  const verbose = request.loudness === 'verbose';
  if (isQuiet) printConclusion(record, process.stdout);
  else printSummary(record, folder, process.stdout, { verbose });
  await removeComparisons(folder);
  if (earlier !== null)
    await compareSince(earlier, record, folder, isQuiet ? null : { stream: process.stdout, verbose });
  return record.exitCode;
}

/** Audits once, tells how it goes on, and writes the reports. */
export async function auditOnce(request: AuditRequest, signal: AbortSignal): Promise<RunRecord> {
  const { targets, out, loudness, ...same } = request;
  const progress = loudness === 'quiet' ? SILENCE : createProgress(process.stdout);
  try {
    return await runAudit({
      ...same,
      targetsFile: targets,
      folder: resolve(out),
      listener: progress,
      signal,
    });
  } finally {
    progress.end();
  }
}
