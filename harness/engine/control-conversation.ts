import { randomBytes } from 'node:crypto';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import { clientDomain } from '../lab/names.ts';
import type { RoutedVantage } from '../model/lab-access.ts';
import { Inconclusive } from '../model/outcomes.ts';
import { ROLES, type Role } from '../model/roles.ts';
import type { Bench } from './bench.ts';
import type { BodyRun } from './run-body.ts';

/** Whether a role still answers, and what was seen. */
export interface LifeSign {
  readonly alive: boolean;
  readonly text: string;
}

/** A control conversation after a check, with what was recorded of it. */
export interface Control extends LifeSign {
  readonly run: BodyRun;
}

/** Asks whether a role still answers; null where it could not be asked, which is no fault of the target. */
export async function controlConversation(
  bench: Bench,
  role: Role,
  nextConnection: () => number,
  started: bigint,
): Promise<Control | null> {
  if (bench.signal.aborted) return null;
  const recorder = createRecorder(bench.redactor, started);
  const release = await bench.slots.take(1);
  try {
    const sign = await askForLife(bench, role, nextConnection, recorder);
    const { events, redactions } = recorder;
    return sign && { ...sign, run: { role, outcomes: [], events, redactions, labFailed: false } };
  } finally {
    release();
  }
}

/**
 * The conversation itself, on a connection for which the caller holds a slot. Where a role gives no answer that was
 * not known to be gone, it is asked from an address of its own too: a server may have enough of the usual one.
 */
export async function askForLife(
  bench: Bench,
  role: Role,
  nextConnection: () => number,
  recorder: Recorder,
): Promise<LifeSign | null> {
  const sign = await askFrom(undefined, bench, role, nextConnection, recorder);
  if (sign === null || sign.alive || bench.life.gone.has(role)) return sign;
  const own = bench.lab?.takeUnused();
  return own ? askFrom(own, bench, role, nextConnection, recorder) : sign;
}

async function askFrom(
  from: RoutedVantage | undefined,
  bench: Bench,
  role: Role,
  nextConnection: () => number,
  recorder: Recorder,
): Promise<LifeSign | null> {
  const sessions = bench.openSessions({
    target: bench.target,
    role,
    lab: bench.lab?.access ?? null,
    from,
    helloName: `control-${randomBytes(4).toString('hex')}.${clientDomain(bench.lab?.access)}`,
    recorder,
    nextConnection,
    limit: 4,
    signal: bench.signal,
  });
  recorder.event(0, { kind: 'note', text: `control conversation on ${role}: does the target still answer?` });
  const protocol = ROLES[role].protocol;
  let alive = true;
  let text: string;
  try {
    const client = await sessions[protocol]({ role });
    text = `${role} still answers: ${client.greeting.text}`;
  } catch (thrown) {
    if (bench.signal.aborted || (thrown instanceof Inconclusive && thrown.why === 'environment')) return null;
    // A refusal in due form comes from a living server.
    alive = thrown instanceof Inconclusive;
    text = `${role} ${alive ? 'answers with a refusal' : 'does not answer'}: ${visible(thrown instanceof Error ? thrown.message : String(thrown))}`;
  } finally {
    sessions.closeAll();
  }
  return { alive, text: recorder.clean(text) };
}
