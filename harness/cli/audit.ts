import { resolve } from 'node:path';
import type { Language } from '../../reports/model/language.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import { runAudit } from '../runner/run.ts';
import { createProgress } from './progress.ts';
import { readRecord } from './read-record.ts';
import { compareSince, removeComparisons } from './since.ts';
import { printSummary } from './summary.ts';

/** `mailspec audit`: audits, writes the reports, prints the summary, and returns the exit code. */
export async function auditCommand(
  names: readonly string[],
  options: {
    readonly targets: string;
    readonly out: string;
    readonly profile: string;
    readonly only: readonly string[];
    readonly skip: readonly string[];
    readonly expected: ExpectedChoice;
    readonly strict: boolean;
    readonly language: Language;
    /** An earlier run to compare with; null for none. */
    readonly since: string | null;
    readonly concurrency: number;
    readonly verbose: boolean;
  },
): Promise<number> {
  const stop = new AbortController();
  let asked = 0;
  const onSignal = () => {
    asked += 1;
    // The first signal ends the run in order, the second at once; containers are removed by then or by mailspec clean.
    if (asked === 1) stop.abort();
    else process.exit(2);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const progress = createProgress(process.stdout);
  try {
    const folder = resolve(options.out);
    // Before the run, which may write its own record in its place.
    const earlier = options.since === null ? null : await readRecord(options.since);
    const record = await runAudit({
      targetsFile: options.targets,
      names,
      folder,
      profile: options.profile,
      selection: { only: options.only, skip: options.skip },
      expected: options.expected,
      strict: options.strict,
      language: options.language,
      concurrency: options.concurrency,
      listener: progress,
      signal: stop.signal,
    });
    progress.end();
    printSummary(record, folder, process.stdout, options);
    await removeComparisons(folder);
    if (earlier !== null) await compareSince(earlier, record, folder, process.stdout);
    return record.exitCode;
  } finally {
    progress.end();
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
  }
}
