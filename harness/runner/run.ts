import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../reports/model/record.ts';
import { writeReports } from '../../reports/write.ts';
import { loadChecks } from '../check/load.ts';
import type { Verdict } from '../check/verdict.ts';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../targets/configuration-error.ts';
import { type RunningTarget, startTarget } from '../targets/drivers/start.ts';
import { loadTargets, type TargetDeclaration } from '../targets/load.ts';
import { selectTargets } from '../targets/select.ts';
import { type AuditedTarget, assembleRecord } from './assemble.ts';
import type { AuditContext } from './audit-context.ts';
import { planTarget, type Selection, type TargetPlan } from './plan.ts';
import { loadProfile } from './profile.ts';
import { type ScheduleOutcome, schedule } from './schedule.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
export const SUITES_FOLDER = join(PROJECT, 'suites');
export const PROFILES_FOLDER = join(SUITES_FOLDER, 'catalog', 'profiles');

export interface RunOptions {
  readonly targetsFile: string;
  /** Names of targets; empty: the default of the targets file. */
  readonly names: readonly string[];
  /** Where reports, evidence and journals go; reports of an earlier run in it are replaced. */
  readonly folder: string;
  readonly profile: string;
  readonly selection: Selection;
  readonly strict: boolean;
  readonly concurrency: number;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
}

export interface RunListener {
  onStarting(target: string): void;
  onPlanned(target: string, checks: number): void;
  onResult(target: string, check: string, title: string, verdict: Verdict | null): void;
}

interface Started {
  readonly declaration: TargetDeclaration;
  readonly plan: TargetPlan;
  readonly running: RunningTarget | null;
  readonly failure: string | null;
  readonly journalFile: string;
}

/**
 * Audits targets: starts them, runs the checks, stops them, writes and rereads the reports.
 * @throws ConfigurationError for anything wrong in command line, targets file, engine or image;
 *   ReportMismatch when a written report does not say what the record says
 */
export async function runAudit(
  options: RunOptions,
): Promise<{ readonly record: RunRecord; readonly folder: string }> {
  const startedAt = new Date();
  const runId = `${startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  const [checks, profile, declarations] = await Promise.all([
    loadChecks(SUITES_FOLDER),
    loadProfile(PROFILES_FOLDER, options.profile),
    loadTargets(options.targetsFile).then((all) => selectTargets(all, options.names)),
  ]);
  const plans = declarations.map((declaration) =>
    planTarget(checks, declaration, profile, options.selection),
  );
  const journals = join(options.folder, 'journal');
  const evidenceFolder = join(options.folder, 'evidence');
  await rm(journals, { recursive: true, force: true });
  await rm(evidenceFolder, { recursive: true, force: true });
  await mkdir(journals, { recursive: true });

  const begun = await Promise.allSettled(
    declarations.map(async (declaration) => {
      options.listener.onStarting(declaration.name);
      return startTarget(declaration, { runId, signal: options.signal });
    }),
  );
  const running = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const started = begun.map((one, index): Started => {
      const declaration = declarations[index];
      const plan = plans[index];
      if (!declaration || !plan) throw new Error('A target was started without a declaration.');
      const journalFile = join(journals, `${declaration.name}.jsonl`);
      if (one.status === 'fulfilled')
        return { declaration, plan, running: one.value, failure: null, journalFile };
      if (one.reason instanceof ConfigurationError) throw one.reason;
      return { declaration, plan, running: null, failure: failureOf(one.reason), journalFile };
    });
    const contexts = started.flatMap((one): AuditContext[] =>
      one.running === null
        ? []
        : [
            {
              runId,
              target: one.running.target,
              selected: one.plan.selected.map(({ facts }) => facts.check),
              suitesFolder: SUITES_FOLDER,
              journalFile: one.journalFile,
              evidenceFolder,
            },
          ],
    );
    for (const { target, selected } of contexts) options.listener.onPlanned(target.name, selected.length);
    const outcome = await scheduled(contexts, options);
    const record = await assembleRecord(
      {
        runId,
        startedAt,
        finishedAt: new Date(),
        interrupted: interruption(outcome),
        profile,
        strict: options.strict,
        selection: options.selection,
        engine: running.map((one) => one.artefact.engine).find((engine) => engine !== undefined) ?? null,
      },
      started.map((one) => audited(one, outcome)),
    );
    await writeReports(record, options.folder);
    return { record, folder: options.folder };
  } finally {
    await Promise.allSettled(running.map((one) => one.stop()));
  }
}

async function scheduled(contexts: readonly AuditContext[], options: RunOptions): Promise<ScheduleOutcome> {
  if (contexts.length === 0)
    return { disagreements: new Map(), errors: [], interrupted: options.signal.aborted };
  return schedule(contexts, options);
}

function interruption({ interrupted, errors }: ScheduleOutcome): string | null {
  if (interrupted) return 'it was asked to stop.';
  return errors.length > 0
    ? `the scheduler reported ${errors.map((error) => visible(error)).join(' | ')}`
    : null;
}

function audited(one: Started, outcome: ScheduleOutcome): AuditedTarget {
  const { declaration, plan, running, failure, journalFile } = one;
  return {
    plan,
    declaration,
    target: running?.target ?? null,
    artefact: running?.artefact ?? {},
    failure,
    journalFile,
    disagreements: outcome.disagreements.get(declaration.name) ?? new Map(),
  };
}

function failureOf(reason: unknown): string {
  return visible(reason instanceof Error ? reason.message : String(reason));
}
