import { controlsOf } from '../check/control.ts';
import type { Check } from '../check/define.ts';
import { type SealedEvidence, sealEvidence } from '../evidence/store.ts';
import { visible } from '../evidence/visible.ts';
import type { CheckResult, VariantResult } from '../model/result.ts';
import { ROLES, type Role } from '../model/roles.ts';
import { type Cause, foldVerdicts, type Verdict } from '../model/verdict.ts';
import type { Bench } from './bench.ts';
import { type Control, controlConversation } from './control-conversation.ts';
import { doubtOf } from './doubt.ts';
import { type RunsOver, runsOverIpv6 } from './over-ipv6.ts';
import { rerunCommand } from './rerun.ts';
import { type BodyRun, runBody } from './run-body.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import { swappedPorts, withoutFindings } from './swapped-ports.ts';
import { mergeRuns, transcribe } from './transcript.ts';
import { turnedAway } from './turned-away.ts';

/** Endings after which it must be asked whether the target still lives. */
const SUSPICIOUS: readonly (Cause | null)[] = ['timeout', 'closed', 'malformed', 'unreachable'];

/**
 * Judges one check on one target: runs its body once per offered role, keeps the budget, turns what
 * was verified and what was thrown into a verdict, asks afterwards whether the target still lives
 * where that is in doubt, and seals the evidence. It never throws for anything a target does, nor for
 * evidence that cannot be kept.
 */
export async function evaluate(
  check: Check,
  bench: Bench,
  /** Stands first in the evidence. */
  preface?: string,
): Promise<CheckResult> {
  const seat = bench.seat ?? bench.crowd.enter(0);
  const watch = createStopwatch();
  try {
    return await evaluateInSeat(check, { ...bench, seat }, watch, preface);
  } finally {
    watch.end();
    seat.leave();
  }
}

async function evaluateInSeat(
  check: Check,
  bench: Bench,
  watch: Stopwatch,
  preface: string | undefined,
): Promise<CheckResult> {
  const { definition } = check;
  const { target, life } = bench;
  const controls = controlsOf(definition);
  const before = watch.run();
  await Promise.all(
    controls.map((one) => before.queueing(`control ${one.definition.id}`, () => bench.controls.ready([one]))),
  );
  before.end();
  const offered = definition.roles.filter((role) => target.endpoints[role] !== undefined);

  const runs: BodyRun[] = [];
  let connection = 0;
  const nextConnection = () => {
    connection += 1;
    return connection;
  };
  const runsOn = (over: RunsOver & { readonly overIpv6?: true }) =>
    over.offered
      .slice(0, definition.per === 'target' ? 1 : undefined)
      .map((role) => () => runBody({ ...over, check, role, nextConnection, watch: watch.run(), preface }));
  const overIpv6 = runsOverIpv6(definition, bench);
  const [first] = offered;
  const due = [...runsOn({ bench, offered }), ...(overIpv6 ? runsOn({ ...overIpv6, overIpv6: true }) : [])];
  // Load on one role can be felt on another, so the roles of such a check take turns.
  if (definition.effect === 'disturbs') for (const run of due) runs.push(await run());
  else runs.push(...(await Promise.all(due.map((run) => run()))));

  const outcomes = runs.flatMap((one) => one.outcomes);
  const conversations: Control[] = [];
  for (const role of rolesInDoubt(check, outcomes)) {
    const control = await controlConversation(bench, role, nextConnection, watch.began());
    if (control) conversations.push(control);
  }
  for (const { role, events } of runs) if (events.some(({ kind }) => kind === 'recv')) life.heard.add(role);
  const dead: Role[] = [];
  for (const {
    alive,
    run: { role },
  } of conversations) {
    if (alive) life.gone.delete(role);
    // A server that never said a word in this run cannot have died in it.
    else if (life.heard.has(role)) {
      dead.push(role);
      if (!life.gone.has(role)) life.gone.set(role, definition.id);
    }
  }
  const swapped = await swappedPorts(bench, definition, outcomes, nextConnection, watch.began());
  const merged = mergeRuns([
    ...runs,
    ...conversations.map((control) => control.run),
    ...(swapped?.run ? [swapped.run] : []),
  ]);
  const sealing = await seal(bench, merged);
  const settled = [
    ...merged.outcomes
      .map((outcome) => afterControl(outcome, dead))
      .map((outcome) => (swapped ? withoutFindings(outcome, swapped) : outcome)),
    ...sealing.outcomes,
  ];
  const verdict =
    first === undefined ? 'not-applicable' : foldVerdicts(settled.map((outcome) => outcome.verdict));
  const decisive = settled.find((outcome) => outcome.verdict === verdict);
  const marked = settled.flatMap((outcome) => [...outcome.violations, ...outcome.deviations]);
  const { lines, omitted } = transcribe(merged.events, marked);

  const durationMs = Number(process.hrtime.bigint() - watch.began()) / 1e6;
  const times = watch.times();
  const cause = decisive?.cause ?? null;
  const labFailed = runs.some((one) => one.labFailed);
  const sign = verdict === 'inconclusive' ? turnedAway(merged.events) : null;
  if (sign?.isLimit) bench.limits.learn(sign);
  const doubt =
    decisive?.endedBy === undefined
      ? doubtOf(
          { verdict, cause },
          { ...times, durationMs, labFailed, turnedAway: sign, limitsAreKnown: bench.limits.isKnown },
        )
      : bench.controls.doubtAbout(decisive.endedBy);
  if (doubt) bench.doubts.set(definition.id, doubt);
  else bench.doubts.delete(definition.id);

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
    ...(controls.length === 0 ? {} : { controls: controls.map((one) => one.definition.id) }),
    target: target.name,
    verdict,
    cause,
    reason: reasonOf(verdict, decisive, definition.roles, settled),
    variants: settled,
    ...(decisive?.endedBy === undefined ? {} : { endedBy: decisive.endedBy }),
    startedAt: new Date(Date.now() - durationMs).toISOString(),
    durationMs: Math.round(durationMs),
    times,
    attempt: 1,
    control:
      conversations.length === 0
        ? null
        : {
            alive: conversations.every(({ alive }) => alive),
            text: conversations.map(({ text }) => text).join(' / '),
          },
    evidence: sealing.evidence,
    transcript: lines,
    transcriptOmitted: omitted,
    source: check.source,
    rerun: rerunCommand(target.name, definition.id, bench.rerunOptions),
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

/** Without a living server nothing but a violation can be told, and the cause is the crash. */
function afterControl(outcome: VariantResult, dead: readonly Role[]): VariantResult {
  if (outcome.role === null || !dead.includes(outcome.role) || outcome.cause === 'crashed') return outcome;
  if (!['inconclusive', 'pass', 'warn'].includes(outcome.verdict)) return outcome;
  return {
    ...outcome,
    verdict: 'inconclusive',
    cause: 'crashed',
    reason: `${outcome.reason} Afterwards the target no longer answered.`,
  };
}

/** Keeps the evidence; what cannot be kept is an outcome of its own, so that no pass stands unproven. */
async function seal(
  bench: Bench,
  { events, redactions }: ReturnType<typeof mergeRuns>,
): Promise<{ readonly evidence: SealedEvidence | null; readonly outcomes: readonly VariantResult[] }> {
  if (bench.evidenceFolder === null || events.length === 0) return { evidence: null, outcomes: [] };
  try {
    return { evidence: await sealEvidence(bench.evidenceFolder, events, redactions), outcomes: [] };
  } catch (failure) {
    const why = visible(failure instanceof Error ? failure.message : String(failure));
    const unkept: VariantResult = {
      name: 'evidence',
      role: null,
      verdict: 'error',
      cause: 'environment',
      reason: `The evidence could not be kept: ${why}.`,
      violations: [],
      deviations: [],
      verified: 0,
    };
    return { evidence: null, outcomes: [unkept] };
  }
}

/** Roles of which it must be asked whether they still live. */
function rolesInDoubt(check: Check, outcomes: readonly VariantResult[]): readonly Role[] {
  const doubtful = outcomes.filter(
    ({ verdict, cause }) =>
      (check.definition.effect === 'disturbs' && cause !== 'crashed') ||
      (verdict === 'inconclusive' && SUSPICIOUS.includes(cause)),
  );
  return [...new Set(doubtful.flatMap(({ role }) => (role === null ? [] : [role])))];
}
