import type { Services, Verify } from '../../harness/check/check.ts';
import { assertOthersAreRefused } from './controls.ts';
import { loginEffectTimes } from './feature.ts';
import { attemptRelay, deliveredMessage, type RelayAttempt, type RelayEnvelope } from './relay-attempt.ts';

/** Waits until a moment of `performance.now()`. */
export async function until({ pause }: Pick<Services, 'pause'>, moment: number): Promise<void> {
  const ms = moment - performance.now();
  if (ms > 0) await pause(ms);
}

/** An envelope that is tried again and again, and what became of its messages. */
export interface Watched<Envelope extends RelayEnvelope> {
  readonly envelope: Envelope;
  readonly attempts: readonly RelayAttempt[];
}

/**
 * Sends a message in each envelope at the given times after a moment, until one is taken; where none are given, at
 * those at which a login shows its effect.
 */
export async function watchRelay<Envelope extends RelayEnvelope>(
  services: Services,
  envelopes: readonly Envelope[],
  since: number,
  times: readonly number[] = loginEffectTimes(services.target),
): Promise<readonly Watched<Envelope>[]> {
  const watched = envelopes.map((envelope) => ({ envelope, attempts: [] as RelayAttempt[] }));
  for (const time of times) {
    await until(services, since + time);
    await Promise.all(
      watched.map(async ({ envelope, attempts }) => {
        if (!attempts.at(-1)?.taken) attempts.push(await attemptRelay(services, envelope));
      }),
    );
  }
  return watched;
}

interface Tolerance {
  /** A relay is tolerated: it is a deviation, and no violation. */
  readonly tolerated?: boolean;
  /** `may`: the messages are violations even where somebody who did nothing may send them too. */
  readonly others?: 'may' | 'may not';
}

/**
 * Judges that none of the messages left: a violation is one that came to the receiving server, while
 * the same message from somebody who did nothing is refused.
 */
export async function judgeRefused(
  services: Services,
  verify: Verify,
  attempts: readonly RelayAttempt[],
  demand: string,
  { tolerated = false, others = 'may not' }: Tolerance = {},
): Promise<void> {
  const strength = tolerated ? verify.ideally : verify;
  for (const attempt of attempts) {
    const relayed = attempt.taken && (await isRelayed(services, verify, attempt, others));
    if (relayed)
      strength.missed(demand, {
        expected: 'a refusal',
        actual: `relayed for ${attempt.from.address}, after ${attempt.line}`,
      });
    else strength.met(demand, attempt.line);
  }
}

/** An envelope that is judged as a variant of the check. */
export interface JudgedEnvelope extends RelayEnvelope, Tolerance {
  readonly name: string;
  readonly demand: string;
}

/** Watches for the effect of a login in all envelopes, and judges each as a variant. */
export async function judgeEach(
  services: Services,
  envelopes: readonly JudgedEnvelope[],
  since: number,
): Promise<void> {
  for (const { envelope, attempts } of await watchRelay(services, envelopes, since)) {
    const { name, demand } = envelope;
    await services.variant(name, (verify) => judgeRefused(services, verify, attempts, demand, envelope));
  }
}

async function isRelayed(
  services: Services,
  verify: Verify,
  attempt: RelayAttempt,
  others: Tolerance['others'],
): Promise<boolean> {
  const message = await deliveredMessage(services, attempt);
  if (message) {
    if (others === 'may not') await assertOthersAreRefused(services, attempt);
    return true;
  }
  verify.ideally.missed('what will not be relayed is refused in the session', {
    expected: 'a refusal',
    actual: `a report to the sender later, after ${attempt.line}`,
  });
  return false;
}
