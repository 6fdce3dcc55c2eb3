import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import './audit-context.ts';
import { TARGETS_FILE } from './project-names.ts';
import { beginRun } from './run.ts';

/**
 * Vitest's global set-up for `npx vitest run --project <target>`: starts the target, tells the worker,
 * and writes the reports of that one target at the end. The verdicts are the same as those of
 * `mailspec audit <target>`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await beginRun({
    targetsFile: TARGETS_FILE,
    names: [project.name],
    folder: join(process.env.MAILSPEC_OUT ?? 'mailspec-report', project.name),
    profile: process.env.MAILSPEC_PROFILE ?? 'baseline',
    selection: { only: [], skip: [] },
    expected: 'beside-targets',
    strict: false,
    listener: { onStarting: () => undefined, onPlanned: () => undefined, onResult: () => undefined },
    signal: new AbortController().signal,
  });
  const [context] = run.contexts;
  if (context) project.provide('audit', context);
  return async () => {
    try {
      await run.finish({ disagreements: new Map(), errors: [], interrupted: false });
    } finally {
      await run.stop();
    }
  };
}
