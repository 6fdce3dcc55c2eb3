import type { Services, Verify } from '../../harness/check/check.ts';
import { assertLabWasThere } from '../../harness/steps/given-time.ts';
import { outboundControl } from './controls.ts';
import { type Sighting, watchFor } from './sightings.ts';
import { type Envelope, isPostponed, lineOfOutcome, type Outcome } from './transaction.ts';
import { DEMAND, judgeWithoutLab } from './without-delivery.ts';

/** One way to make a server relay, to be tried as often as it says "not now". */
export interface Trial {
  /** Name of the variant that reports it. */
  readonly name: string;
  /** What the message carries, in its header and, where it can, in its recipient. */
  readonly token: string;
  /** What the attempt says on the wire, where the name does not tell. */
  readonly envelope?: Envelope;
  attempt(): Promise<Outcome>;
}

/** What a trial came to: how the session went, or why it did not, and what was seen of the message. */
export interface Observation {
  readonly trial: Trial;
  /** @throws whatever broke the last attempt off */
  outcome(): Outcome;
  readonly sighting: Sighting;
}

/**
 * Makes all attempts first and then watches for all messages at once, so that the wait for deliveries is
 * paid once. What is refused for now is tried again on the schedule of the target.
 * @param release ends the sessions that the attempts have left open
 */
export async function observe(
  services: Services,
  trials: readonly Trial[],
  release: () => void = () => undefined,
): Promise<readonly Observation[]> {
  const { pause, target, note } = services;
  const results = new Map<Trial, PromiseSettledResult<Outcome>>();
  let pending = trials;
  for (const wait of [0, ...target.timing.retryAfterMs]) {
    if (pending.length === 0) break;
    if (wait > 0) await pause(wait);
    const postponed: Trial[] = [];
    for (const trial of pending) {
      note(`attempt: ${trial.name}; the message is known as ${trial.token}`);
      const [result] = await Promise.allSettled([trial.attempt()]);
      results.set(trial, result);
      if (result.status === 'fulfilled' && isPostponed(result.value)) postponed.push(trial);
    }
    pending = postponed;
  }
  release();
  const accepted = [...results].flatMap(([{ token }, result]) =>
    result.status === 'fulfilled' && result.value.kind === 'accepted'
      ? [{ token, besides: result.value.besides ?? false }]
      : [],
  );
  const sightings = await watchFor(services, accepted);
  return [...results].map(([trial, result]) => ({
    trial,
    outcome: () => unwrapped(result),
    sighting: sightings.get(trial.token) ?? { kind: 'unseen' },
  }));
}

function unwrapped<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/**
 * Reports each observation as a variant: relay is proven by delivery, and by nothing else; without a lab it is told by
 * what RCPT is answered.
 */
export async function judgeRelaying(services: Services, observations: readonly Observation[]): Promise<void> {
  for (const observation of observations) {
    await services.variant(observation.trial.name, (verify) => judge(services, verify, observation));
  }
}

async function judge(
  services: Services,
  verify: Verify,
  { trial, outcome: result, sighting }: Observation,
): Promise<void> {
  const outcome = result();
  if (trial.envelope && outcome.kind === 'accepted') {
    const { sender, recipient } = trial.envelope;
    services.note(`the message ${trial.token} was sent by MAIL FROM:${sender} and RCPT TO:${recipient}`);
  }
  const line = lineOfOutcome(outcome);
  if (!services.hasLab)
    return judgeWithoutLab(services, verify, { outcome, recipient: trial.envelope?.recipient });
  if (outcome.kind !== 'accepted') {
    verify.met(DEMAND, line);
    return;
  }
  switch (sighting.kind) {
    case 'delivered': {
      const { recipients, clientAddress, hello } = sighting.message;
      const where = `delivered to <${recipients.join('>, <')}> by ${clientAddress} (${hello})`;
      verify.missed(DEMAND, {
        expected: 'a refusal, or no delivery elsewhere',
        actual: `${where}, after ${line}`,
      });
      return;
    }
    case 'bounced':
      verify.met(DEMAND, `not delivered elsewhere, after ${line}`);
      verify.ideally.missed('what is not delivered is refused during the session', {
        expected: 'a refusal',
        actual: `a bounce ${sighting.where}, after ${line}`,
      });
      return;
    case 'kept':
      verify.met(DEMAND, `delivered to a mailbox of the target, after ${line}`);
      return;
    case 'unseen': {
      if (sighting.given) assertLabWasThere(services, sighting.given);
      const { works, line: control } = outboundControl(services);
      const addition = works
        ? 'An authenticated message does reach the receiving server, so this one was dropped, or waits.'
        : `No authenticated message was seen to reach the receiving server either: ${control}.`;
      services.inconclusive(
        'precondition',
        `Accepted (${line}), and within ${services.lab().outboundMs} ms neither delivered nor bounced. ${addition}`,
      );
    }
  }
}
