import { setMaxListeners } from 'node:events';
import type { Bench, BenchLab } from '../check/bench.ts';
import { createLife } from '../check/life.ts';
import { createLocks } from '../check/locks.ts';
import { createSlots } from '../check/slots.ts';
import { openSessions } from '../client/sessions.ts';
import { createRedactor } from '../evidence/redaction.ts';
import type { Target } from '../targets/target.ts';

/** The bench on which the checks of one target are evaluated. */
export function createBench(options: {
  readonly target: Target;
  readonly runId: string;
  readonly evidenceFolder: string | null;
  readonly lab?: BenchLab | null;
  readonly rerunOptions?: readonly string[];
  readonly signal?: AbortSignal;
}): Bench {
  const { target, runId, evidenceFolder } = options;
  const redactor = createRedactor();
  for (const account of target.accounts) redactor.add(account.password);
  const signal = options.signal ?? new AbortController().signal;
  // Every running check listens to the end of the run.
  setMaxListeners(0, signal);
  return {
    target,
    runId,
    redactor,
    slots: createSlots(target.connections),
    locks: createLocks(),
    life: createLife(),
    evidenceFolder,
    lab: options.lab ?? null,
    rerunOptions: options.rerunOptions ?? [],
    openSessions,
    signal,
  };
}
