import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as authentication from '../authentication/authentication.ts';
import * as certificates from '../certificates/certificates.ts';
import type { Check } from '../check/define.ts';
import { resourcesOf } from '../check/resources.ts';
import type { Services } from '../check/services.ts';
import * as sasl from '../client/sasl/sasl.ts';
import type { EvidenceEvent } from '../evidence/events.ts';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import type { CheckLab } from '../lab/bench-lab.ts';
import { favouredBy } from '../lab/favoured.ts';
import { milliseconds } from '../model/duration.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import type { VariantResult } from '../model/result.ts';
import type { Role } from '../model/roles.ts';
import type { Verification } from '../model/verification.ts';
import * as smime from '../smime/smime.ts';
import { inMailbox, returnedMail } from '../steps/in-mailbox.ts';
import { offer } from '../steps/offer.ts';
import * as bytes from '../wire/bytes.ts';
import * as tls from '../wire/tls-probe.ts';
import type { Bench } from './bench.ts';
import { type Budget, createBudget } from './budget.ts';
import { askForLife } from './control-conversation.ts';
import { judge } from './judge.ts';
import { endingAtFailedLookups } from './own-lookups.ts';
import { createVerify } from './verifications.ts';

/** What one run of a body left: outcomes of the body and of its variants, and the events. */
export interface BodyRun {
  readonly role: Role;
  readonly outcomes: readonly VariantResult[];
  readonly events: readonly EvidenceEvent[];
  readonly redactions: number;
}

const RUN_ENDED = new Inconclusive('harness', 'The run was ended before the check was.');
/** How long a body may take to notice that its connections were closed, in milliseconds. */
const NOTICE = 5_000;

/** Runs the body of a check on one role within its connection slots and its budget. */
export async function runBody(context: {
  readonly check: Check;
  readonly bench: Bench;
  readonly role: Role;
  readonly offered: readonly Role[];
  readonly nextConnection: () => number;
  readonly started: bigint;
}): Promise<BodyRun> {
  const { check, bench, role, offered, nextConnection, started } = context;
  const { definition } = check;
  const { target } = bench;
  const limit = definition.connections ?? 1;
  // Who waits for a resource keeps no connection from others.
  const unlock = await bench.locks.hold(resourcesOf(definition, target));
  const release = definition.waits ? () => undefined : await bench.slots.take(limit);
  const recorder = createRecorder(bench.redactor, started);
  const nonce = randomBytes(8).toString('hex');
  const helloName = `probe-${nonce}.mailspec.test`;
  const stop = new AbortController();
  const { budget, waits } = definition;
  const budgetMs = milliseconds(budget) + (waits?.(target) ?? 0) + target.timing.slackMs;
  const clock = createBudget(budgetMs, () =>
    stop.abort(new Inconclusive('timeout', `The check did not end within its budget of ${budgetMs} ms.`)),
  );
  const signal = AbortSignal.any([stop.signal, bench.signal]);
  const lab = bench.lab?.access ?? null;
  const sessions = bench.openSessions({
    target,
    role,
    helloName,
    lab,
    recorder,
    nextConnection,
    limit,
    ...(definition.waits ? { slots: bench.slots } : {}),
    signal,
  });
  let checkLab: CheckLab | undefined;
  /** Why the body has to end, or had to; undefined while it may go on. */
  const endedBy = () => {
    if (stop.signal.reason instanceof Inconclusive) return stop.signal.reason;
    return bench.signal.aborted ? RUN_ENDED : undefined;
  };
  const label = definition.per === 'target' ? 'target' : role;
  const inputs: VariantResult[] = [];
  const own: Verification[] = [];

  const services: Services = {
    ...sessions,
    bytes,
    sasl,
    tls,
    certificates,
    authentication,
    smime,
    definition,
    target,
    role,
    roles: offered,
    nonce,
    helloName,
    verify: createVerify(recorder, own, signal),
    account() {
      const [account] = target.accounts;
      if (!account)
        throw new Inconclusive(
          'precondition',
          `The target declares no account, and ${definition.id} needs one.`,
        );
      return account;
    },
    secondAccount() {
      const [, account] = target.accounts;
      if (!account) {
        throw new NotApplicable(
          'The target declares fewer than two accounts.',
          `${target.accounts.length} declared`,
        );
      }
      return account;
    },
    cleartextAccount: () => target.accounts.find((account) => account.cleartextSecret),
    lab() {
      if (!bench.lab)
        throw new Inconclusive(
          'environment',
          `Target ${target.name} has no lab, and ${definition.id} needs one.`,
        );
      checkLab ??= endingAtFailedLookups(
        bench.lab.open({ target, recorder, signal, nonce, queueing: clock.queueing }),
        (failure) => stop.abort(failure),
      );
      return checkLab;
    },
    async variant(name, body) {
      recorder.event(0, { kind: 'note', text: `variant: ${name}` });
      const verifications: Verification[] = [];
      const ending = await caught(() => body(createVerify(recorder, verifications, signal)));
      sessions.closeAll();
      const thrown = endedBy() ?? ending;
      inputs.push(
        judge({ name: `${label}/${name}`, role, definition, verifications, thrown, clean: recorder.clean }),
      );
      // A budget that is used up, or an ended run, ends the other inputs too.
      if (signal.aborted) throw thrown;
    },
    offer: (offering) => offer(services, offering),
    inMailbox: (sought) => inMailbox(services, sought),
    returnedMail: (sought) => returnedMail(services, sought),
    note: (text) => void recorder.event(0, { kind: 'note', text }),
    pause: (ms) => delay(ms, undefined, { signal }),
    async patiently(attempt) {
      let outcome = await attempt();
      for (const ms of target.timing.retryAfterMs) {
        if (outcome.code < 400 || outcome.code > 499) break;
        await delay(ms, undefined, { signal });
        outcome = await attempt();
      }
      return outcome;
    },
    notApplicable(reason, observed) {
      throw new NotApplicable(reason, observed);
    },
    inconclusive(why, reason) {
      throw new Inconclusive(why, reason);
    },
  };

  if (definition.per !== 'target') recorder.event(0, { kind: 'note', text: `role: ${role}` });
  let thrown: unknown;
  try {
    thrown =
      limit > target.connections
        ? new Inconclusive(
            'precondition',
            `${definition.id} needs ${limit} connections at the same time, and the target allows ${target.connections}.`,
          )
        : ((definition.asStranger && lab ? favouredBy(lab) : undefined) ??
          (await stillGone(context, recorder)) ??
          (await withinBudget(check, services, clock, stop, signal, endedBy)));
    sessions.closeAll();
    const remains = await caught(async () => checkLab?.close());
    if (remains instanceof Error)
      recorder.event(0, { kind: 'note', text: visible(`the lab was not cleared: ${remains.message}`) });
  } finally {
    release();
    unlock();
  }
  const whole = { name: label, role, definition, verifications: own, thrown, clean: recorder.clean };
  // A body that only ran variants is judged by them alone.
  const outcomes =
    inputs.length > 0 && own.length === 0 && thrown === undefined ? inputs : [judge(whole), ...inputs];
  return { role, outcomes, events: [...recorder.events], redactions: recorder.redactions };
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

async function caught(body: () => Promise<void>): Promise<unknown> {
  try {
    await body();
    return undefined;
  } catch (thrown) {
    return thrown ?? new Error('The body threw nothing.');
  }
}

/**
 * Runs the body; when the budget or the run ends first, closes its connections and waits for it to
 * notice. A body that does not notice is left behind, so that it cannot hold up the run.
 */
async function withinBudget(
  check: Check,
  services: Services,
  budget: Budget,
  stop: AbortController,
  signal: AbortSignal,
  endedBy: () => Inconclusive | undefined,
): Promise<unknown> {
  if (signal.aborted) return endedBy();
  budget.start();
  let notice: NodeJS.Timeout | undefined;
  const unnoticed = new Promise<Error>((resolve) => {
    const leave = () =>
      resolve(
        new Error(
          `The body went on for ${NOTICE} ms after its connections were closed: ${endedBy()?.message}`,
        ),
      );
    signal.addEventListener(
      'abort',
      () => {
        notice = setTimeout(leave, NOTICE);
      },
      { once: true },
    );
  });
  const ending = caught(() => check.body(services)).then((thrown) => endedBy() ?? thrown);
  try {
    return await Promise.race([ending, unnoticed]);
  } finally {
    budget.end();
    stop.abort();
    clearTimeout(notice);
  }
}
