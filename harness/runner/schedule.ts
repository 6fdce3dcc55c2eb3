import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule, UserWorkspaceConfig } from 'vitest/node';
import type { Verdict } from '../model/verdict.ts';
import type { AuditContext } from './audit-context.ts';
import { forwardOutput } from './forward-output.ts';
import { tellStop } from './stop-channel.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What a worker executes: beside this file, and TypeScript or JavaScript like it. */
const ENTRY = fileURLToPath(import.meta.resolve(`./audit.entry${extname(import.meta.url)}`));

/** The Vitest project that audits one target. */
export function auditProject(context: AuditContext): UserWorkspaceConfig {
  return {
    test: {
      name: context.target.name,
      include: [relative(ROOT, ENTRY)],
      // An installed mailspec lies beneath node_modules.
      exclude: [],
      // Not inherited: by default a project runs five tests at a time, and checks wait on purpose.
      maxConcurrency: 1_000,
      provide: { audit: context },
    },
  };
}

/** What the run tells while it goes on. */
export interface ScheduleListener {
  onResult(target: string, check: string, title: string, verdict: Verdict | null): void;
}

export interface ScheduleOutcome {
  /** Per target: checks whose test Vitest failed although their verdict passes, or the other way round. */
  readonly disagreements: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Errors outside of any test. */
  readonly errors: readonly string[];
  readonly interrupted: boolean;
}

/** Runs the audits of the targets in Vitest workers, one per target. */
export async function schedule(
  contexts: readonly AuditContext[],
  options: {
    readonly concurrency: number;
    readonly listener: ScheduleListener;
    readonly signal: AbortSignal;
  },
): Promise<ScheduleOutcome> {
  const { createVitest } = await import('vitest/node');
  const disagreements = new Map<string, Map<string, string>>();
  const errors: string[] = [];
  let interrupted = false;
  const told = new Set<string>();

  const reporter: Reporter = {
    onTestCaseResult(testCase: TestCase) {
      const { mailspec, mailspecAgain } = testCase.meta();
      const target = testCase.project.name;
      if (mailspec?.isAskedAgain) return;
      const settled = mailspecAgain ?? (mailspec ? [mailspec] : []);
      for (const { check, title, verdict } of settled) {
        // When a run is ended, Vitest reports what it has reported before once more.
        const key = `${target} ${check}`;
        if (!told.has(key)) options.listener.onResult(target, check, title, verdict ?? null);
        told.add(key);
      }
      const result = testCase.result();
      // Of several checks in one test, one that fails has failed the test.
      const fails = settled.some((one) => one.fails);
      if (result.state !== (fails ? 'passed' : 'failed')) return;
      const said = disagreements.get(target) ?? new Map<string, string>();
      for (const { check, verdict } of settled) {
        if (verdict === undefined) continue;
        said.set(check, result.errors?.map((error) => error.message).join(' ') || `the test ${result.state}`);
      }
      disagreements.set(target, said);
    },
    onTestModuleEnd(module: TestModule) {
      for (const error of module.errors()) errors.push(`${module.project.name}: ${error.message}`);
    },
    onTestRunEnd(_modules, unhandled, reason) {
      for (const error of unhandled) errors.push(error.message);
      interrupted = reason === 'interrupted';
    },
  };

  const before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
  const vitest = await withoutHome(() =>
    createVitest(
      'test',
      {
        root: ROOT,
        config: false,
        watch: false,
        cache: false,
        reporters: [reporter],
        pool: 'threads',
        isolate: false,
        maxWorkers: options.concurrency,
        maxConcurrency: 1_000,
        retry: 0,
        passWithNoTests: true,
        experimental: { viteModuleRunner: false, nodeLoader: false },
        projects: contexts.map((context) => ({ ...auditProject(context), extends: true })),
      },
      { logLevel: 'error' },
      { stdout: forwardOutput(process.stdout), stderr: forwardOutput(process.stderr) },
    ),
  );
  dropForeignHandlers(before);
  const onAbort = () => {
    // Vitest tells its tests only; controls and markers belong to none.
    for (const runId of new Set(contexts.map((one) => one.runId))) tellStop(runId);
    void vitest.cancelCurrentRun('keyboard-input');
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await vitest.start();
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    await vitest.close();
  }
  return { disagreements, errors, interrupted: interrupted || options.signal.aborted };
}

/**
 * Vitest keeps a secret for a server, which is never started here, in the data folder of the user: there may be none that
 * can be written, and an audit leaves nothing behind.
 */
async function withoutHome<Result>(use: () => Promise<Result>): Promise<Result> {
  const before = process.env.XDG_DATA_HOME;
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-vitest-'));
  process.env.XDG_DATA_HOME = folder;
  try {
    return await use();
  } finally {
    if (before === undefined) delete process.env.XDG_DATA_HOME;
    else process.env.XDG_DATA_HOME = before;
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Vitest installs handlers that end the process at once, without any cleanup: containers would stay.
 * The caller has its own.
 */
function dropForeignHandlers(before: Record<'SIGINT' | 'SIGTERM', NodeJS.SignalsListener[]>): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    for (const listener of process.listeners(name)) {
      if (!before[name].includes(listener)) process.removeListener(name, listener);
    }
  }
}
