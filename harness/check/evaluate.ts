import { randomBytes } from 'node:crypto';
import { createRecorder } from '../evidence/recorder.ts';
import { sealEvidence } from '../evidence/store.ts';
import { visible } from '../evidence/visible.ts';
import type { Bench } from './bench.ts';
import type { Check } from './define.ts';
import { Inconclusive } from './outcomes.ts';
import type { CheckResult, VariantResult } from './result.ts';
import { ROLES, type Role } from './roles.ts';
import { type BodyRun, runBody } from './run-body.ts';
import { mergeRuns, transcribe } from './transcript.ts';
import { type Cause, foldVerdicts, type Verdict } from './verdict.ts';

/** Endings after which it must be asked whether the target still lives. */
const SUSPICIOUS: readonly (Cause | null)[] = ['timeout', 'closed', 'malformed', 'unreachable'];

/**
 * Judges one check on one target: runs its body once per offered role, keeps the budget, turns what
 * was verified and what was thrown into a verdict, asks afterwards whether the target still lives
 * where that is in doubt, and seals the evidence. It never throws for anything a target does.
 */
export async function evaluate(check: Check, bench: Bench): Promise<CheckResult> {
  const { definition } = check;
  const { target } = bench;
  const startedAt = new Date();
  const started = process.hrtime.bigint();
  const offered = definition.roles.filter((role) => target.endpoints[role] !== undefined);

  const runs: BodyRun[] = [];
  let connection = 0;
  const nextConnection = () => {
    connection += 1;
    return connection;
  };
  const run = (role: Role) => runBody({ check, bench, role, offered, nextConnection, started });
  const [first] = offered;
  if (first !== undefined) {
    if (definition.per === 'target') runs.push(await run(first));
    // Load on one role can be felt on another, so the roles of such a check take turns.
    else if (definition.effect === 'disturbs') {
      for (const role of offered) runs.push(await run(role));
    } else runs.push(...(await Promise.all(offered.map(run))));
  }

  const outcomes = runs.flatMap((one) => one.outcomes);
  const control = await controlConversation(check, bench, outcomes, nextConnection, started);
  if (control) runs.push(control.run);
  const merged = mergeRuns(runs);
  // A server that never said a word cannot have died of the check.
  const crashed =
    control?.alive === false && runs.some(({ events }) => events.some(({ kind }) => kind === 'recv'));
  const settled = merged.outcomes.map((outcome) => afterControl(outcome, crashed));
  const verdict =
    first === undefined ? 'not-applicable' : foldVerdicts(settled.map((outcome) => outcome.verdict));
  const decisive = settled.find((outcome) => outcome.verdict === verdict);
  const evidence =
    bench.evidenceFolder === null || merged.events.length === 0
      ? null
      : await sealEvidence(bench.evidenceFolder, merged.events, merged.redactions);
  const marked = settled.flatMap((outcome) => [...outcome.violations, ...outcome.deviations]);
  const { lines, omitted } = transcribe(merged.events, marked);

  return {
    check: definition.id,
    slug: definition.slug,
    suite: check.suite,
    title: definition.title,
    sends: definition.sends,
    demands: definition.demands,
    level: definition.level,
    severity: definition.severity,
    clauses: definition.clauses,
    limits: definition.limits ?? [],
    target: target.name,
    verdict,
    cause: decisive?.cause ?? null,
    reason: reasonOf(verdict, decisive, definition.roles, settled),
    variants: settled,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(Number(process.hrtime.bigint() - started) / 1e6),
    attempt: 1,
    control: control ? { alive: control.alive, text: control.text } : null,
    evidence,
    transcript: lines,
    transcriptOmitted: omitted,
    source: check.source,
    rerun: `npx mailspec audit ${target.name} --only ${definition.id}`,
  };
}

function reasonOf(
  verdict: Verdict,
  decisive: VariantResult | undefined,
  roles: readonly Role[],
  all: readonly VariantResult[],
): string {
  if (!decisive) {
    return `The target declares none of the roles of this check (${roles.map((role) => `${role} ${ROLES[role].port}`).join(', ')}).`;
  }
  const alike = all.filter((outcome) => outcome.verdict === verdict).length;
  const others = alike > 1 ? ` (${alike} of ${all.length} variants)` : '';
  return `${decisive.name}: ${decisive.reason}${others}`;
}

/** Without a living server an open question stays open, and its cause is the crash. */
function afterControl(outcome: VariantResult, crashed: boolean): VariantResult {
  if (!crashed || outcome.verdict !== 'inconclusive') return outcome;
  return {
    ...outcome,
    cause: 'crashed',
    reason: `${outcome.reason} Afterwards the target no longer answered.`,
  };
}

async function controlConversation(
  check: Check,
  bench: Bench,
  outcomes: readonly VariantResult[],
  nextConnection: () => number,
  started: bigint,
): Promise<{ alive: boolean; text: string; run: BodyRun } | null> {
  const doubtful = outcomes.find(
    (outcome) => outcome.verdict === 'inconclusive' && SUSPICIOUS.includes(outcome.cause),
  );
  const role = doubtful?.role ?? (check.definition.effect === 'disturbs' ? outcomes[0]?.role : undefined);
  if (!role || bench.signal.aborted) return null;
  const recorder = createRecorder(bench.redactor, started);
  const release = await bench.slots.take(1);
  const sessions = bench.openSessions({
    target: bench.target,
    role,
    lab: bench.lab?.access ?? null,
    helloName: `control-${randomBytes(4).toString('hex')}.mailspec.test`,
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
    // A refusal in due form comes from a living server.
    alive = thrown instanceof Inconclusive;
    text = `${role} ${alive ? 'answers with a refusal' : 'does not answer'}: ${visible(thrown instanceof Error ? thrown.message : String(thrown))}`;
  } finally {
    sessions.closeAll();
    release();
  }
  return { alive, text, run: { outcomes: [], events: recorder.events, redactions: recorder.redactions } };
}
