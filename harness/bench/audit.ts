import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditContext } from '../runner/audit-context.ts';
import { readJournal } from '../runner/journal.ts';
import { type BegunRun, beginRun } from '../runner/run.ts';
import { schedule } from '../runner/schedule.ts';
import { atDistance } from './distance.ts';

/** What one audit took. */
export interface Measured {
  /** Seconds, without the start of the target and without the reports. */
  readonly wall: number;
  /** Seconds of all processors together; of mailspec, with whatever of the target runs in this process. */
  readonly cpu: number;
  /** Megabytes of this process at most, looked at ten times a second. */
  readonly peak: number;
  readonly connections: number;
  /** Seconds of the longest check. */
  readonly longest: number;
}

/** Starts a target of the targets file of mailspec for measurements. Whoever begins a run stops it. */
export function begin(
  target: string,
  only: readonly string[],
  folder: string,
  targetsFile: string,
  signal: AbortSignal,
): Promise<BegunRun> {
  return beginRun({
    targetsFile,
    names: [target],
    folder,
    profile: 'baseline',
    selection: { only, skip: [] },
    expected: 'none',
    strict: false,
    listener: SILENT,
    signal,
  });
}

const SILENT = { onStarting() {}, onPlanned() {}, onResult() {} };

/** Runs checks on a target that is up, all of the context or some of them. */
export async function measure(
  context: AuditContext,
  folder: string,
  roundTripMs: number,
  signal: AbortSignal,
  chosen: (check: string) => boolean = () => true,
): Promise<Measured> {
  const evidenceFolder = join(folder, 'evidence');
  await mkdir(evidenceFolder, { recursive: true });
  const journalFile = join(folder, 'journal.jsonl');
  const gates = Object.fromEntries(Object.entries(context.gates).filter(([check]) => chosen(check)));
  const distant = await atDistance({ ...context, gates, evidenceFolder, journalFile }, roundTripMs);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 100);
  const cpu = process.cpuUsage();
  const started = performance.now();
  try {
    const { errors } = await schedule([distant.context], {
      concurrency: 1,
      listener: SILENT,
      signal,
    });
    if (errors.length > 0) throw new Error(`The scheduler reported ${errors.join(' | ')}`);
  } finally {
    clearInterval(watch);
    await distant.close();
  }
  const { user, system } = process.cpuUsage(cpu);
  const results = readJournal(journalFile).flatMap((entry) =>
    entry.kind === 'result' ? [entry.result] : [],
  );
  if (results.length < Object.keys(gates).length)
    throw new Error(
      `Of ${Object.keys(gates).length} checks ${results.length} have a result: nothing was measured.`,
    );
  return {
    wall: (performance.now() - started) / 1000,
    cpu: (user + system) / 1e6,
    peak: peak / 1_048_576,
    connections: await connectionsIn(evidenceFolder),
    longest: Math.max(...results.map(({ durationMs }) => durationMs)) / 1000,
  };
}

async function connectionsIn(folder: string): Promise<number> {
  let count = 0;
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    count += text.split('"kind":"connect"').length - 1;
  }
  return count;
}
