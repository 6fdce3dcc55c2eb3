import type { Services, Verify } from '../../harness/check/check.ts';
import { assertOthersAreRefused } from './controls.ts';
import { attemptRelay, deliveredMessage, type RelayAttempt, type RelayEnvelope } from './relay-attempt.ts';

/** Waits until a moment of `performance.now()`. */
export async function until({ pause }: Pick<Services, 'pause'>, moment: number): Promise<void> {
  const ms = moment - performance.now();
  if (ms > 0) await pause(ms);
}

/**
 * Sends a message in each envelope at the given times after a moment, until one is taken.
 * @returns the attempts of each envelope, in the order of the envelopes
 */
export async function watchRelay(
  services: Services,
  envelopes: readonly RelayEnvelope[],
  since: number,
  times: readonly number[],
): Promise<readonly (readonly RelayAttempt[])[]> {
  const attempts = envelopes.map((): RelayAttempt[] => []);
  for (const time of times) {
    await until(services, since + time);
    await Promise.all(
      envelopes.map(async (envelope, index) => {
        const mine = attempts[index];
        if (mine && !mine.at(-1)?.taken) mine.push(await attemptRelay(services, envelope));
      }),
    );
  }
  return attempts;
}

interface Tolerance {
  /** `verify.ideally` where a relay is tolerated. */
  readonly strength?: Pick<Verify, 'that'>;
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
  { strength = verify, others = 'may not' }: Tolerance = {},
): Promise<void> {
  for (const attempt of attempts) {
    const relayed = attempt.taken && (await isRelayed(services, verify, attempt, others));
    strength.that(!relayed, {
      demand,
      expected: 'a refusal',
      actual: relayed ? `relayed for ${attempt.from.address}, behind ${attempt.line}` : attempt.line,
    });
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
  verify.ideally.that(false, {
    demand: 'what will not be relayed is refused in the session',
    expected: 'a refusal',
    actual: `a report to the sender later, behind ${attempt.line}`,
  });
  return false;
}
