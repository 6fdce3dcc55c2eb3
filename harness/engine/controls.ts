import type { Control, Finding } from '../check/control.ts';
import { resourcesOf } from '../check/resources.ts';
import { sealEvidence } from '../evidence/store.ts';
import { printable } from '../evidence/visible.ts';
import { LabFailed } from '../lab/ask.ts';
import { type ControlResult, withoutDialogue } from '../model/control-result.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import { isWireFailure } from '../wire/failures.ts';
import type { Bench } from './bench.ts';
import { type Doubt, doubtOf } from './doubt.ts';
import { causeOf } from './judge.ts';
import { lackingFor } from './lacking.ts';
import { openBody } from './open-body.ts';
import { withPatienceAtTheDoor } from './patience-at-the-door.ts';
import { createStopwatch } from './stopwatch.ts';
import { transcribe } from './transcript.ts';
import { turnedAway } from './turned-away.ts';

/** What a control came to: what it found, or what ended it, for every check that needs it. */
export type ControlOutcome =
  | { readonly found: unknown; readonly line: string }
  | { readonly thrown: Inconclusive | NotApplicable };

/** The controls of one target: each runs once, when the first check needs it. */
export interface Controls {
  /** Runs those that have not run yet, and waits for all. */
  ready(controls: readonly Control<unknown>[]): Promise<void>;
  /** Undefined before it has run. */
  outcomeOf(control: Control<unknown>): ControlOutcome | undefined;
  /** Why a control that broke off may not do so once more; null where it would. */
  doubtAbout(id: string): Doubt | null;
  /** Forgets those that broke off and may not do so once more, with all that built on them. */
  forgetDoubtful(): void;
}

/** @param onResult called once per control that has run */
export function createControls(
  bench: () => Bench,
  onResult: (result: ControlResult) => void = () => undefined,
): Controls {
  const running = new Map<Control<unknown>, Promise<void>>();
  const outcomes = new Map<Control<unknown>, ControlOutcome>();
  const doubts = new Map<string, Doubt>();
  const turnedAwayOnce = new Set<Control<unknown>>();

  async function run(control: Control<unknown>): Promise<void> {
    const { buildsOn = [] } = control.definition;
    await ready(buildsOn);
    const { outcome, result, doubt } = await runControl(
      control,
      turnedAwayOnce.has(control) ? withPatienceAtTheDoor(bench()) : bench(),
    );
    if (doubt) doubts.set(control.definition.id, doubt);
    else doubts.delete(control.definition.id);
    outcomes.set(control, outcome);
    onResult(result);
  }
  async function ready(controls: readonly Control<unknown>[]): Promise<void> {
    await Promise.all(
      controls.map((control) => {
        const begun = running.get(control) ?? run(control);
        running.set(control, begun);
        return begun;
      }),
    );
  }
  return {
    ready,
    outcomeOf: (control) => outcomes.get(control),
    doubtAbout: (id) => doubts.get(id) ?? null,
    forgetDoubtful() {
      const doubtful = [...outcomes].flatMap(([control, outcome]) =>
        'thrown' in outcome && doubts.has(control.definition.id) ? [outcome.thrown] : [],
      );
      for (const [control, outcome] of outcomes) {
        if (!('thrown' in outcome) || !doubtful.includes(outcome.thrown)) continue;
        if (doubts.get(control.definition.id) === 'turned-away') turnedAwayOnce.add(control);
        running.delete(control);
        outcomes.delete(control);
      }
      doubts.clear();
    },
  };
}

/** What a control found; undefined before it has run, and where it broke off. */
export function foundBy<Found>(
  { outcomeOf }: Pick<Controls, 'outcomeOf'>,
  control: Control<Found>,
): Found | undefined {
  const outcome = outcomeOf(control);
  // The outcome is what the body of this very control returned.
  return outcome && 'found' in outcome ? (outcome.found as Found) : undefined;
}

/** Runs a control within its own budget, with its own recorder and sealed evidence. */
async function runControl(
  control: Control<unknown>,
  bench: Bench,
): Promise<{
  readonly outcome: ControlOutcome;
  readonly result: ControlResult;
  readonly doubt: Doubt | null;
}> {
  const { definition, source } = control;
  const { id, title, roles, buildsOn = [] } = definition;
  const offered = roles.filter((role) => bench.target.endpoints[role] !== undefined);
  const about = { control: id, title, source };
  const [role] = offered;
  if (role === undefined) {
    const thrown = new NotApplicable(`The target declares none of ${roles.join(', ')}.`, 'the declaration');
    const nothing = withoutDialogue(new Date());
    return { outcome: { thrown }, result: { ...about, ...stateOf({ thrown }), ...nothing }, doubt: null };
  }
  let connections = 0;
  const stopwatch = createStopwatch();
  const body = await openBody({
    facts: {
      ...definition,
      controls: buildsOn,
      ownDelivery: definition.needs?.includes('own-delivery') ?? false,
    },
    kind: 'control',
    resources: resourcesOf(definition, bench.target, role),
    bench,
    role,
    offered,
    nextConnection: () => {
      connections += 1;
      return connections;
    },
    watch: stopwatch.run(),
  });
  const { recorder } = body;
  const startedAt = new Date();
  const began = performance.now();
  let found: unknown;
  let thrown: unknown;
  const before = lackingFor(definition, bench.target) ?? brokenBefore(definition, bench);
  try {
    thrown =
      before ??
      (await body.run(async (services) => {
        found = await control.body(services);
      }));
  } finally {
    await body.close();
    stopwatch.end();
  }
  const sign = thrown instanceof Inconclusive || isWireFailure(thrown) ? turnedAway(recorder.events) : null;
  if (sign?.isLimit && before === undefined) bench.limits.learn(sign);
  const outcome: ControlOutcome =
    thrown === undefined
      ? { found, line: recorder.clean(printable((found as Finding).line)) }
      : { thrown: before ?? endingOf(id, thrown, recorder.clean) };
  const { events, redactions } = recorder;
  const { lines, omitted } = transcribe([...events], []);
  const evidence =
    bench.evidenceFolder === null || events.length === 0
      ? null
      : await sealEvidence(bench.evidenceFolder, [...events], redactions);
  return {
    outcome,
    doubt:
      before === undefined && thrown instanceof Error
        ? doubtOf(endingAsResult(outcome), {
            ...stopwatch.times(),
            durationMs: performance.now() - began,
            labFailed: thrown instanceof LabFailed,
            turnedAway: sign,
            limitsAreKnown: bench.limits.isKnown,
          })
        : null,
    result: {
      ...about,
      ...stateOf(outcome),
      startedAt: startedAt.toISOString(),
      ...(before === undefined ? {} : { endedBy: rootOf(buildsOn, before, bench) ?? id }),
      durationMs: Math.round(performance.now() - began),
      evidence,
      transcript: lines,
      transcriptOmitted: omitted,
    },
  };
}

function endingAsResult(outcome: ControlOutcome): Parameters<typeof doubtOf>[0] {
  const { state, cause } = stateOf(outcome);
  return { verdict: state === 'broke-off' ? 'inconclusive' : 'pass', cause };
}

/** What ended a control that this check or control builds on. */
export function brokenBefore(
  { buildsOn = [] }: { readonly buildsOn?: readonly Control<unknown>[] },
  bench: Bench,
): Inconclusive | NotApplicable | undefined {
  for (const before of buildsOn) {
    const outcome = bench.controls.outcomeOf(before);
    if (outcome && 'thrown' in outcome) return outcome.thrown;
  }
  return undefined;
}

/** Name of the control that threw it first, among these and those they build on; undefined where none did. */
export function rootOf(
  controls: readonly Control<unknown>[],
  thrown: unknown,
  bench: Bench,
): string | undefined {
  for (const { definition } of controls.filter((control) => hasThrown(control, thrown, bench)))
    return rootOf(definition.buildsOn ?? [], thrown, bench) ?? definition.id;
  return undefined;
}

function hasThrown(control: Control<unknown>, thrown: unknown, bench: Bench): boolean {
  const outcome = bench.controls.outcomeOf(control);
  return outcome !== undefined && 'thrown' in outcome && outcome.thrown === thrown;
}

/** What was thrown as an ending that checks can share; a mistake of ours stays one, and names the control. */
export function endingOf(
  id: string,
  thrown: unknown,
  clean: (sentence: string) => string,
): Inconclusive | NotApplicable {
  if (thrown instanceof NotApplicable)
    return new NotApplicable(clean(thrown.message), clean(thrown.observed));
  if (thrown instanceof Inconclusive) return new Inconclusive(thrown.why, clean(thrown.message));
  if (isWireFailure(thrown)) return new Inconclusive(causeOf(thrown), clean(thrown.message));
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new Inconclusive('harness', clean(printable(`The control ${id} failed: ${said}`)));
}

/** How the record tells an outcome. */
export function stateOf(outcome: ControlOutcome): Pick<ControlResult, 'state' | 'cause' | 'line'> {
  if (!('thrown' in outcome)) return { state: 'found', cause: null, line: outcome.line };
  const { thrown } = outcome;
  const line = printable(thrown.message);
  return thrown instanceof NotApplicable
    ? { state: 'not-applicable', cause: null, line: printable(`${line} Observed: ${thrown.observed}`) }
    : { state: 'broke-off', cause: thrown.why, line };
}
