import { controlsOf } from '../check/control.ts';
import type { Check } from '../check/define.ts';
import { resourcesOf } from '../check/resources.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import type { Recorder } from '../evidence/recorder.ts';
import { LabFailed } from '../lab/ask.ts';
import { favouredBy } from '../lab/favoured.ts';
import { Inconclusive } from '../model/outcomes.ts';
import type { VariantResult } from '../model/result.ts';
import type { Role } from '../model/roles.ts';
import { declaredInside } from '../steps/trusted-client.ts';
import type { Bench } from './bench.ts';
import { askForLife } from './control-conversation.ts';
import { brokenBefore, rootOf } from './controls.ts';
import { judge } from './judge.ts';
import { lackingFor } from './lacking.ts';
import { openBody } from './open-body.ts';
import type { RunWatch } from './stopwatch.ts';

/** What one run of a body left: outcomes of the body and of its variants, and the events. */
export interface BodyRun {
  readonly role: Role;
  readonly outcomes: readonly VariantResult[];
  readonly events: readonly EvidenceEvent[];
  readonly redactions: number;
  /** Something ended because the lab did not do its work. */
  readonly labFailed: boolean;
}

/** Runs the body of a check on one role within its connection slots and its budget. */
export async function runBody(context: {
  readonly check: Check;
  readonly bench: Bench;
  readonly role: Role;
  readonly offered: readonly Role[];
  /** It runs over IPv6 beside another run over IPv4. */
  readonly overIpv6?: true;
  readonly nextConnection: () => number;
  readonly watch: RunWatch;
  /** Stands first in the evidence. */
  readonly preface?: string | undefined;
}): Promise<BodyRun> {
  const { check, bench, role } = context;
  const { definition } = check;
  const { target } = bench;
  const limit = definition.connections ?? 1;
  const label = `${definition.per === 'target' ? 'target' : role}${context.overIpv6 ? ' over IPv6' : ''}`;
  const inputs: VariantResult[] = [];
  let labFailed = false;
  const body = await openBody({
    ...context,
    facts: {
      ...definition,
      controls: controlsOf(definition),
      ownAddress: definition.ownAddress === true || definition.effect === 'fails-logins',
      ownDelivery: definition.needs.includes('own-delivery'),
    },
    kind: 'check',
    resources: resourcesOf(definition, target, role),
    onVariant: ({ name, verifications, thrown }) => {
      labFailed ||= thrown instanceof LabFailed;
      inputs.push(
        judge({
          name: `${label}/${name}`,
          role,
          definition,
          verifications,
          thrown,
          clean: recorder.clean,
          endedBy: rootOf(controlsOf(definition), thrown, bench),
        }),
      );
    },
  });
  const { recorder } = body;
  if (context.preface !== undefined) recorder.event(0, { kind: 'note', text: context.preface });
  if (definition.per !== 'target' || context.overIpv6)
    recorder.event(0, { kind: 'note', text: `role: ${label}` });
  noteControls(context, recorder);
  let thrown: unknown;
  try {
    thrown =
      limit > target.connections
        ? new Inconclusive(
            'precondition',
            `This check needs ${limit} connections at the same time, and the target allows ${target.connections}.`,
          )
        : (lackingFor(definition, target) ??
          (definition.asStranger ? trustIn(bench) : undefined) ??
          brokenBefore(definition, bench) ??
          (await stillGone(context, recorder)) ??
          (await body.run(check.body)));
  } finally {
    await body.close();
  }
  const { verifications } = body;
  const whole = {
    name: label,
    role,
    definition,
    verifications,
    thrown,
    clean: recorder.clean,
    endedBy: rootOf(controlsOf(definition), thrown, bench),
  };
  // A body that only ran variants is judged by them alone.
  const outcomes =
    inputs.length > 0 && verifications.length === 0 && thrown === undefined
      ? inputs
      : [judge(whole), ...inputs];
  return {
    role,
    outcomes,
    events: [...recorder.events],
    redactions: recorder.redactions,
    labFailed: labFailed || thrown instanceof LabFailed,
  };
}

/** What the controls found that the check builds on stands in its own dialogue too. */
function noteControls(
  { check, bench }: Pick<Parameters<typeof runBody>[0], 'check' | 'bench'>,
  recorder: Recorder,
): void {
  for (const control of controlsOf(check.definition)) {
    const outcome = bench.controls.outcomeOf(control);
    if (!outcome) continue;
    const said = 'thrown' in outcome ? `broke off: ${outcome.thrown.message}` : outcome.line;
    recorder.event(0, { kind: 'note', text: `control ${control.definition.id}: ${said}` });
  }
}

/**
 * Why the body must not begin: a role that it is about fell silent earlier in the run and has not come back.
 * Whatever the body found there would be about a server that is not there.
 */
async function stillGone(
  { check, bench, role, offered, nextConnection }: Parameters<typeof runBody>[0],
  recorder: Recorder,
): Promise<Inconclusive | undefined> {
  const { per, waits } = check.definition;
  for (const one of per === 'target' ? offered : [role]) {
    const since = bench.life.gone.get(one);
    if (since === undefined || bench.signal.aborted) continue;
    const release = waits ? await bench.slots.take(1) : () => undefined;
    const sign = await askForLife(bench, one, nextConnection, recorder).finally(release);
    if (sign?.alive) bench.life.gone.delete(one);
    else if (sign)
      return new Inconclusive('crashed', `The target no longer answers since ${since}: ${sign.text}`);
  }
  return undefined;
}

/** Why the client is no stranger to the target. */
function trustIn({ lab, target }: Bench): Inconclusive | undefined {
  return lab ? favouredBy(lab.access) : declaredInside(target);
}
