import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '../../reports/model/language.ts';
import type { FoundBy, Order, RunRecord } from '../../reports/model/record.ts';
import { reportsIn, writeReports } from '../../reports/write.ts';
import { loadChecks } from '../engine/load.ts';
import { loadOtherSuites } from '../engine/other-suites.ts';
import { createSlots } from '../engine/slots.ts';
import { createRedactor } from '../evidence/redaction.ts';
import { printable, visible } from '../evidence/visible.ts';
import { type ExpectedChoice, findExpected } from '../expected/find.ts';
import type { ExpectedEntry } from '../expected/load.ts';
import { holds } from '../expected/settle.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { authorised, type Statement } from '../targets/authority.ts';
import { type RunningTarget, startTarget } from '../targets/drivers/start.ts';
import { placeOf, type TargetDeclaration, vendorStatement } from '../targets/load.ts';
import { selectTargets } from '../targets/select.ts';
import { declaredTargets } from '../targets/without-file.ts';
import { type AuditedTarget, assembleRecord } from './assemble.ts';
import type { AuditContext } from './audit-context.ts';
import { examineLab } from './examine-lab.ts';
import { loadConsequences, loadKnownFaults } from './known-faults.ts';
import { prepareOutputFolder } from './output-folder.ts';
import { planTarget, type Selection, type TargetPlan } from './plan.ts';
import { folderOfProfile, loadProfile } from './profile.ts';
import { loadRemedies } from './remedies.ts';
import { expectedFrom, rerunOptionsOf } from './rerun-options.ts';
import { newRunId } from './run-id.ts';
import { type ScheduleOutcome, schedule } from './schedule.ts';
import { startFailure } from './start-failure.ts';
import { noteEnding } from './target-ending.ts';
import { loadTranslations } from './translations.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
export const SUITES_FOLDER = join(PROJECT, 'suites');

/** Targets that are started at the same time: images are built then, and servers have to greet in time. */
const STARTS = 4;

export interface RunOptions {
  readonly targetsFile: string;
  /** Names of targets; empty: the default of the targets file. */
  readonly names: readonly string[];
  /** Where reports, evidence and journals go; reports of an earlier run in it are replaced. */
  readonly folder: string;
  readonly profile: string;
  /** Where the checks lie, and their profiles in `catalog/profiles`; the suites of mailspec when absent. */
  readonly suitesFolder?: string;
  /** Folders of suites that somebody else wrote, beside those that the targets file names. */
  readonly suites?: readonly string[];
  readonly selection: Selection;
  readonly expected: ExpectedChoice;
  /** Audited instead of what a targets file declares. */
  readonly found?: Found;
  /** What the command line says for the hosts that are audited. */
  readonly statement?: Statement;
  readonly strict: boolean;
  /** Absent: the usual order, side by side. */
  readonly order?: Order;
  readonly language?: Language;
  readonly concurrency: number;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
}

/** Servers that no file declares. */
export interface Found {
  readonly targets: readonly TargetDeclaration[];
  /** How they were found. */
  readonly by: FoundBy;
  /** How a command line finds them again. */
  readonly options: readonly string[];
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
  /** What is wrong with the configuration, if that is why it did not start. */
  readonly mistake: ConfigurationError | null;
  readonly journalFile: string;
}

/** A run whose targets have been started: what is needed to schedule, to finish and to clean up. */
export interface BegunRun {
  readonly contexts: readonly AuditContext[];
  /** Derives the record from the journals, and writes and rereads the reports. */
  finish(outcome: ScheduleOutcome): Promise<RunRecord>;
  /** Stops every target; never throws. */
  stop(): Promise<void>;
}

/**
 * Audits targets: starts them, runs the checks, stops them, writes and rereads the reports.
 * @throws ConfigurationError for anything wrong in command line, targets file, engine or image;
 *   ReportMismatch when a written report does not say what the record says
 */
export async function runAudit(options: RunOptions): Promise<RunRecord> {
  const run = await beginRun(options);
  try {
    return await run.finish(await scheduled(run.contexts, options));
  } finally {
    await run.stop();
  }
}

/**
 * Plans the run and starts its targets, a few at the same time. A target that does not start is part of
 * the run as a failure; a mistake of configuration ends the run before it begins.
 * @throws ConfigurationError
 */
export async function beginRun(options: Omit<RunOptions, 'concurrency'>): Promise<BegunRun> {
  const startedAt = new Date();
  const runId = newRunId(startedAt);
  const suitesFolder = options.suitesFolder ?? SUITES_FOLDER;
  const [own, remedies, knownFaults, consequences, translations, expected, declared] = await Promise.all([
    loadChecks(suitesFolder),
    loadRemedies(join(suitesFolder, 'catalog', 'remedies')),
    loadKnownFaults(join(suitesFolder, 'catalog')),
    loadConsequences(join(suitesFolder, 'catalog')),
    loadTranslations(join(suitesFolder, 'catalog', 'japanese')),
    findExpected(options.expected, options.targetsFile),
    options.found?.targets ?? declaredTargets(options.targetsFile, options.names),
  ]);
  const declarations = authorised(selectTargets(declared, options.names), options.statement ?? {});
  const otherFolders = [...(options.suites ?? []), ...(declared[0]?.origin.suites ?? [])];
  const others = await loadOtherSuites(otherFolders);
  const checks = [...own, ...others.flatMap((one) => one.checks)];
  const profile = await loadProfile(
    await folderOfProfile(options.profile, [
      join(suitesFolder, 'catalog', 'profiles'),
      ...others.map(({ profiles }) => profiles),
    ]),
    options.profile,
  );
  const otherGates = new Map(others.map(({ suite, gate }) => [suite.slug, gate] as const));
  const rerunOptions = rerunOptionsOf(options);
  const planned = declarations.map((declaration) => ({
    declaration,
    plan: planTarget(checks, declaration, profile, options.selection, otherGates),
    journalFile: join(options.folder, 'journal', `${declaration.name}.jsonl`),
  }));
  await prepareOutputFolder(options.folder);
  await emptyFolder(join(options.folder, 'journal'));
  await rm(join(options.folder, 'evidence'), { recursive: true, force: true });

  const running: RunningTarget[] = [];
  const stop = async () => {
    await Promise.allSettled(running.map((one) => one.stop()));
  };
  const starts = createSlots(STARTS);
  const started = await Promise.all(
    planned.map(async (one): Promise<Started> => {
      const release = await starts.take(1);
      options.listener.onStarting(one.declaration.name);
      try {
        const target = await startTarget(one.declaration, {
          runId,
          signal: options.signal,
        });
        running.push(target);
        const lab = await examineLab(target, runId, options.signal);
        return { ...one, running: { ...target, lab }, failure: null, mistake: null };
      } catch (thrown) {
        const mistake = thrown instanceof ConfigurationError ? thrown : null;
        return { ...one, running: null, failure: startFailure(thrown), mistake };
      } finally {
        release();
      }
    }),
  );
  const mistakes = started.flatMap(({ mistake }) => (mistake ? [mistake] : []));
  if (mistakes.length > 0) {
    await stop();
    throw new ConfigurationError(...mistakes.map((mistake) => mistake.message));
  }

  const contexts = started.flatMap((one) =>
    contextOf(one, options, runId, { rerunOptions, otherSuites: otherFolders, expected, startedAt }),
  );
  for (const { target, gates } of contexts)
    options.listener.onPlanned(target.name, Object.keys(gates).length);
  return {
    contexts,
    stop,
    async finish(outcome) {
      // A run that is asked to stop removes its targets itself.
      if (!options.signal.aborted)
        await Promise.all(
          started.map(({ running: one, journalFile }) => one && noteEnding(one, journalFile, startedAt)),
        );
      const record = await assembleRecord(
        {
          runId,
          startedAt,
          finishedAt: new Date(),
          interrupted: interruption(outcome, running),
          profile,
          strict: options.strict,
          ...(options.order ? { order: options.order } : {}),
          selection: options.selection,
          ...expectedFrom(options.expected),
          ...(options.found ? { foundBy: options.found.by } : {}),
          expected,
          remedies,
          knownFaults,
          consequences,
          translations,
          checks: checks.map(({ definition }) => definition.id),
          declared: declared.map(({ name }) => name),
          rerunOptions,
          suites: others.map(({ suite }) => suite),
          suitesFrom: (options.suites ?? []).map(printable),
          engine: running.map((one) => one.artefact.engine).find((engine) => engine !== undefined) ?? null,
        },
        started.map((one) => audited(one, outcome)),
      );
      await writeReports(record, options.folder, reportsIn(options.language));
      return record;
    },
  };
}

async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

function contextOf(
  { running, plan, journalFile }: Started,
  options: Omit<RunOptions, 'concurrency'>,
  runId: string,
  {
    rerunOptions,
    otherSuites,
    expected,
    startedAt,
  }: {
    readonly rerunOptions: readonly string[];
    readonly otherSuites: readonly string[];
    readonly expected: readonly ExpectedEntry[];
    readonly startedAt: Date;
  },
): AuditContext[] {
  if (!running) return [];
  return [
    {
      runId,
      target: running.target,
      lab: running.lab,
      gates: Object.fromEntries(plan.selected.map(({ facts, gate }) => [facts.check, gate])),
      waived: Object.fromEntries(
        expected
          .filter((entry) => entry.target === running.target.name && holds(entry, startedAt))
          .map(({ check, verdict }) => [check, verdict]),
      ),
      rerunOptions,
      order: options.order ?? null,
      strict: options.strict,
      suitesFolder: options.suitesFolder ?? SUITES_FOLDER,
      otherSuites,
      journalFile,
      evidenceFolder: join(options.folder, 'evidence'),
    },
  ];
}

async function scheduled(contexts: readonly AuditContext[], options: RunOptions): Promise<ScheduleOutcome> {
  if (contexts.length === 0 || options.signal.aborted) {
    return { disagreements: new Map(), errors: [], interrupted: options.signal.aborted };
  }
  return schedule(contexts, options);
}

function interruption(
  { interrupted, errors }: ScheduleOutcome,
  running: readonly RunningTarget[],
): string | null {
  if (interrupted) return 'it was asked to stop.';
  if (errors.length === 0) return null;
  // What nobody caught may quote a server that echoes.
  const redactor = createRedactor();
  for (const { target } of running) for (const { password } of target.accounts) redactor.add(password);
  const clean = (error: string) => visible(redactor.redact(Buffer.from(error)).bytes);
  return `the scheduler reported ${errors.map(clean).join(' | ')}`;
}

function audited(
  { declaration, plan, running, failure, journalFile }: Started,
  outcome: ScheduleOutcome,
): AuditedTarget {
  const statement = vendorStatement(declaration);
  return {
    plan,
    declaration: {
      ...declaration,
      at: declaredAt(declaration),
      ...(statement ? { statement } : {}),
    },
    target: running?.target ?? null,
    lab: running?.lab ?? null,
    artefact: running?.artefact ?? {},
    failure,
    journalFile,
    disagreements: outcome.disagreements.get(declaration.name) ?? new Map(),
  };
}

function declaredAt(declaration: TargetDeclaration): { readonly file: string; readonly line: number } {
  const [, file = declaration.origin.file, line = '1'] =
    /^(.*):(\d+):\d+$/.exec(placeOf(declaration, [])) ?? [];
  return { file: printable(file), line: Number(line) };
}
