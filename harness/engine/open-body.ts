import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as authentication from '../authentication/authentication.ts';
import * as certificates from '../certificates/certificates.ts';
import type { Control } from '../check/control.ts';
import type { LateWatch } from '../check/patience.ts';
import type { Services } from '../check/services.ts';
import * as sasl from '../client/sasl/sasl.ts';
import { createRecorder, type Recorder } from '../evidence/recorder.ts';
import { visible } from '../evidence/visible.ts';
import type { CheckLab } from '../lab/bench-lab.ts';
import { clientDomain } from '../lab/names.ts';
import { type Duration, milliseconds } from '../model/duration.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import type { Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
import type { Verification } from '../model/verification.ts';
import * as smime from '../smime/smime.ts';
import { inMailbox, returnedMail } from '../steps/in-mailbox.ts';
import { offer } from '../steps/offer.ts';
import * as bytes from '../wire/bytes.ts';
import { ownDelay } from '../wire/own-delay.ts';
import * as tls from '../wire/tls-probe.ts';
import { asPublished } from './as-published.ts';
import type { Bench } from './bench.ts';
import { boundTo } from './bound-to.ts';
import { createBudget } from './budget.ts';
import { imprintOf } from './imprint.ts';
import { mailboxesOf } from './mailbox/of-body.ts';
import { endingAtFailedLookups } from './own-lookups.ts';
import { rolesOverIpv6 } from './path.ts';
import { recordsOf } from './records.ts';
import { ADDRESSES, ADMISSION, CONNECTIONS, type RunWatch } from './stopwatch.ts';
import { AHEAD } from './urgency.ts';
import { createVerify } from './verifications.ts';
import { caught, withinBudget } from './within-budget.ts';

/** What the definitions of checks and of controls have in common. */
export interface BodyFacts {
  readonly id: string;
  readonly budget: Duration;
  readonly connections?: number;
  readonly waits?: (target: Target) => number;
  /** What it does to its client address must not fall on others: it gets one that nobody has used. */
  readonly ownAddress?: boolean;
  /** Its receiving servers do more than reply at RCPT and at the end of the data. */
  readonly ownDelivery?: boolean;
  /** Controls whose findings the body may read. */
  readonly controls: readonly Control<unknown>[];
}

/** What a body, of a check or of a control, runs with. */
export interface OpenBody {
  readonly recorder: Recorder;
  readonly services: Services;
  /** What was verified outside of any variant. */
  readonly verifications: readonly Verification[];
  /**
   * Runs a body within its budget.
   * @returns what it threw, or why it had to end; undefined when it returned
   */
  run(body: (services: Services) => Promise<void>): Promise<unknown>;
  /** Closes connections and lab, and gives back connection slots and resources. */
  close(): Promise<void>;
}

const RUN_ENDED = new Inconclusive('harness', 'The run was ended before the check was.');

/**
 * A lab in the open has few addresses for receivers, and a body keeps those that it took: two that wait for each other's
 * would both end with nothing. So one at a time takes them.
 */
function addressesOf({ lab }: Bench, { ownDelivery }: BodyFacts): readonly string[] {
  return ownDelivery && lab?.access.receivers.shared !== undefined ? [ADDRESSES] : [];
}

/** Takes what a body needs of the bench, in the order resources, connection slots, and makes its services. */
export async function openBody(context: {
  readonly facts: BodyFacts;
  readonly kind: 'check' | 'control';
  readonly resources: readonly string[];
  readonly bench: Bench;
  readonly role: Role;
  readonly offered: readonly Role[];
  readonly nextConnection: () => number;
  /** Where its time is told apart. */
  readonly watch: RunWatch;
  /** What becomes of a variant that ended; absent where there are none. */
  readonly onVariant?: (variant: {
    readonly name: string;
    readonly verifications: readonly Verification[];
    readonly thrown: unknown;
  }) => void;
}): Promise<OpenBody> {
  const { facts, kind, bench, role, offered, nextConnection, watch, onVariant } = context;
  const resources = [...context.resources, ...addressesOf(bench, facts)];
  const { target } = bench;
  const limit = facts.connections ?? 1;
  const waitsMs = facts.waits?.(target) ?? 0;
  // Checks wait for what controls find. Of the others, who waits longest begins first, so that the run ends early.
  const urgency = kind === 'control' ? AHEAD : waitsMs;
  // Who waits for a resource keeps no connection from others.
  const unlock = await watch.queueing(resources.join(', '), () =>
    bench.locks.hold(resources, undefined, urgency),
  );
  const release = facts.waits
    ? () => undefined
    : await watch.queueing(CONNECTIONS, () => bench.slots.take(limit, undefined, urgency));
  watch.holds(resources);
  const delayedBefore = ownDelay.total();
  /** Time in which the target was spared a connection; no time of its own. */
  let pacedMs = 0;
  const recorder = createRecorder(bench.redactor, watch.begin());
  const nonce = randomBytes(8).toString('hex');
  bench.nonces.add(nonce);
  const helloName = `probe-${nonce}.${clientDomain(bench.lab?.access)}`;
  const stop = new AbortController();
  const budgetMs = milliseconds(facts.budget) + waitsMs + target.timing.slackMs;
  const clock = createBudget(budgetMs, () =>
    stop.abort(new Inconclusive('timeout', `The ${kind} did not end within its budget of ${budgetMs} ms.`)),
  );
  const signal = AbortSignal.any([stop.signal, bench.signal]);
  const sessions = bench.openSessions({
    target,
    role,
    helloName,
    lab: bench.lab?.access ?? null,
    ...(facts.ownAddress ? { from: bench.lab?.takeUnused() } : {}),
    recorder,
    nextConnection,
    limit,
    ...(bench.doorPauses
      ? {
          door: {
            pauses: bench.doorPauses,
            waiting: (wait) => watch.queueing(ADMISSION, () => clock.queueing(wait)),
          },
        }
      : {}),
    // Nobody's time passes while others have the connections.
    ...(facts.waits
      ? {
          slots: {
            take: (count, ended) =>
              watch.queueing(CONNECTIONS, () =>
                clock.queueing(() => bench.slots.take(count, ended, urgency)),
              ),
          },
        }
      : {}),
    pace: {
      async admit(ended) {
        const asked = performance.now();
        await watch.queueing(ADMISSION, () => clock.queueing(() => bench.pace.admit(ended)));
        pacedMs += performance.now() - asked;
      },
    },
    signal,
  });
  let checkLab: CheckLab | undefined;
  const watches = new Map<string, LateWatch>();
  const heldAlone = new Set<string>();
  /** Why the body has to end, or had to; undefined while it may go on. */
  const endedBy = () => {
    if (stop.signal.reason instanceof Inconclusive) return stop.signal.reason;
    return bench.signal.aborted ? RUN_ENDED : undefined;
  };
  const verifications: Verification[] = [];
  const outcomeOf = (control: Control<unknown>) => {
    const outcome = facts.controls.includes(control) ? bench.controls.outcomeOf(control) : undefined;
    if (outcome) return outcome;
    throw new Error(`${facts.id} reads the control ${control.definition.id} and does not name it.`);
  };

  const services: Services = {
    ...sessions,
    bytes,
    sasl,
    tls,
    certificates,
    authentication,
    smime,
    definition: facts,
    target,
    role,
    roles: offered,
    ipv6Roles: rolesOverIpv6({ lab: bench.lab?.access ?? null, target }),
    nonce,
    helloName,
    imprint: imprintOf(target, bench.runId),
    verify: createVerify(recorder, verifications, signal),
    finding<Found>(control: Control<Found>): Found {
      const outcome = outcomeOf(control);
      if ('thrown' in outcome) throw outcome.thrown;
      // The outcome is what the body of this very control returned.
      return outcome.found as Found;
    },
    objection(control) {
      const outcome = outcomeOf(control);
      return 'thrown' in outcome ? outcome.thrown.message : undefined;
    },
    account() {
      const [account] = target.accounts;
      if (!account)
        throw new Inconclusive('precondition', 'The target declares no account, and this check needs one.');
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
    hasLab: bench.lab !== null,
    cleartextAccount: () => target.accounts.find((account) => account.cleartextSecret),
    lab() {
      if (!bench.lab)
        throw new Inconclusive('environment', 'The target has no lab, and this check needs one.');
      checkLab ??= endingAtFailedLookups(
        bench.lab.open({
          target,
          recorder,
          signal,
          nonce,
          queueing: (wait) => watch.queueing(ADDRESSES, () => clock.queueing(wait)),
          waiting: watch.waiting,
          ownDelivery: facts.ownDelivery ?? false,
          elsewhere: async (name, type) => asPublished(await services.records.lookup(name, type)),
          patience: { ...bench.patience, nothingElse: (ended) => lingering(bench, ended) },
          keepWatching: (key, watch) => void watches.set(key, watch),
          stopWatching: (key) => void watches.delete(key),
        }),
        (failure) => stop.abort(failure),
      );
      return checkLab;
    },
    records: recordsOf({
      // A lab in the open knows nothing of what the target publishes.
      lab: bench.lab && !bench.lab.access.names ? () => services.lab() : null,
      resolver: bench.resolver,
      publicDns: target.publicDns,
      note: (text) => services.note(text),
      end: (failure) => stop.abort(failure),
      signal,
    }),
    async variant(name, body) {
      recorder.event(0, { kind: 'note', text: `variant: ${name}` });
      const ofVariant: Verification[] = [];
      const ending = await caught(() => body(createVerify(recorder, ofVariant, signal)));
      sessions.closeAll();
      const thrown = endedBy() ?? ending;
      onVariant?.({ name, verifications: ofVariant, thrown });
      // A budget that is used up, or an ended run, ends the other inputs too.
      if (signal.aborted) throw thrown;
    },
    on: (other) => boundTo(services, other),
    offer: (offering) => offer(services, offering),
    inMailbox: (sought) => watch.waiting(() => inMailbox(services, sought)),
    returnedMail: (sought) => watch.waiting(() => returnedMail(services, sought)),
    enough: (place, ended) => bench.patience.enough(place, AbortSignal.any([signal, ended])),
    async alone(resource, work) {
      if (resources.includes(resource)) return work();
      const free = await watch.queueing(resource, () =>
        clock.queueing(() => bench.locks.hold([resource], signal, urgency)),
      );
      watch.holds([resource]);
      heldAlone.add(resource);
      try {
        return await work();
      } finally {
        heldAlone.delete(resource);
        free();
      }
    },
    mailboxes: mailboxesOf({
      bench,
      who: facts.id,
      recorder,
      signal,
      watches,
      queueing: (what, wait) => watch.queueing(what, () => clock.queueing(wait)),
      holdsSlots: facts.waits === undefined,
      held: () => [...resources, ...heldAlone],
    }),
    note: (text) => void recorder.event(0, { kind: 'note', text }),
    pause: (ms) => watch.waiting(() => delay(ms, undefined, { signal })),
    ownDelay: () => ownDelay.total() - delayedBefore + pacedMs,
    async patiently(attempt) {
      let outcome = await attempt();
      for (const ms of target.timing.retryAfterMs) {
        if (outcome.code < 400 || outcome.code > 499) break;
        await watch.waiting(() => delay(ms, undefined, { signal }));
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

  return {
    recorder,
    services,
    verifications,
    run: (body) => withinBudget(() => body(services), clock, stop, signal, endedBy),
    async close() {
      try {
        sessions.closeAll();
        if (watches.size > 0 && !bench.signal.aborted) {
          bench.late.keep(
            facts.id,
            [...watches.values()],
            async () => void (await caught(async () => checkLab?.close())),
          );
          return;
        }
        const remains = await caught(async () => checkLab?.close());
        if (remains instanceof Error)
          recorder.event(0, { kind: 'note', text: visible(`the lab was not cleared: ${remains.message}`) });
      } finally {
        release();
        unlock();
        watch.end();
      }
    },
  };
}

/** Lets everybody else go on; whoever has no seat waits for nobody. */
async function lingering({ seat }: Bench, signal: AbortSignal): Promise<void> {
  if (seat) return seat.linger(signal);
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
