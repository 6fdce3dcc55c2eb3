import { setMaxListeners } from 'node:events';
import { createRedactor } from '../evidence/redaction.ts';
import type { BenchLab } from '../lab/bench-lab.ts';
import type { ControlResult } from '../model/control-result.ts';
import type { Target } from '../model/target.ts';
import { createPublicResolver } from '../public-dns/lookup.ts';
import type { Bench } from './bench.ts';
import { createControls } from './controls.ts';
import { createCrowd } from './crowd.ts';
import { createLate } from './late.ts';
import { createLife } from './life.ts';
import { createLimits, limitsAsControl } from './limits.ts';
import { createLocks } from './locks.ts';
import { createMailboxes } from './mailbox/mailboxes.ts';
import { createPace } from './pace.ts';
import { createPatience } from './patience.ts';
import { sendMarker } from './send-marker.ts';
import { openSessions } from './sessions.ts';
import { createSlots } from './slots.ts';

/** The bench on which the checks of one target are evaluated. */
export function createBench(options: {
  readonly target: Target;
  readonly runId: string;
  readonly evidenceFolder: string | null;
  readonly lab?: BenchLab | null;
  readonly rerunOptions?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called once per control that has run, and at the end for each mailbox that was watched. */
  readonly onControl?: (result: ControlResult) => void;
}): Bench {
  const { target, runId, evidenceFolder } = options;
  const redactor = createRedactor();
  for (const account of target.accounts) redactor.add(account.password);
  const signal = options.signal ?? new AbortController().signal;
  // Every running check listens to the end of the run.
  setMaxListeners(0, signal);
  const port25 = {};
  const startedAt = new Date();
  const slots = createSlots(target.connections);
  const pace = createPace(target.guest?.paceMs ?? 0);
  const bench: Bench = {
    target,
    runId,
    nonces: new Set(),
    redactor,
    slots,
    pace,
    limits: createLimits(slots, pace),
    locks: createLocks(),
    life: createLife(),
    doubts: new Map(),
    evidenceFolder,
    lab: options.lab ?? null,
    resolver: target.publicDns ? createPublicResolver(target.publicDns, { signal }) : null,
    rerunOptions: options.rerunOptions ?? [],
    openSessions: (context) =>
      openSessions({ pace, ...context, onMailboxVisit: () => bench.mailboxes.stepAside() }, port25),
    signal,
    controls: createControls(() => bench, options.onControl),
    patience: createPatience((place) => sendMarker(bench, place)),
    crowd: createCrowd(),
    late: createLate(signal),
    mailboxes: createMailboxes(() => bench, options.onControl),
    async close() {
      await bench.mailboxes.close();
      const learned = limitsAsControl(bench.limits, startedAt);
      if (learned) options.onControl?.(learned);
    },
  };
  return bench;
}
