import { seeded } from '../model/seeded.ts';
import { hostileReply, PROTOCOLS, type Protocol } from './hostile-replies.ts';
import { shrink } from './shrink.ts';
import type { Subject } from './subject.ts';

/** Replies that are made from one seed, handed to every subject, and told as one where something is wrong. */
export const PER_ROUND = 500;

export interface Campaign {
  /** Of the first round; each other one has the next. */
  readonly seed: number;
  /** How many replies, rounded up to whole rounds. */
  readonly replies: number;
  readonly subjects: readonly Subject[];
  /** Called after each round with the replies so far. */
  onRound?(replies: number): void;
}

/** What a subject did wrong, with the smallest input found that leads to it. */
export interface Misdeed {
  readonly subject: string;
  readonly problem: string;
  /** Makes the round again on its own. */
  readonly seed: number;
  readonly protocol: Protocol;
  readonly smallest: readonly Buffer[];
}

/**
 * Hands hostile replies to every subject, until one does something wrong or all are through. The same seed makes the same replies.
 * @returns how many replies every subject took, and the misdeed that ended it
 */
export async function runCampaign({
  seed,
  replies,
  subjects,
  onRound,
}: Campaign): Promise<{ readonly replies: number; readonly misdeed: Misdeed | null }> {
  let done = 0;
  for (let round = seed; done < replies; round += 1) {
    const { protocol, all } = repliesOf(round);
    for (const subject of subjects) {
      const problem = await subject.wrong(all, protocol);
      if (problem === null) continue;
      const smallest = await shrink(
        all,
        async (candidate) => (await subject.wrong(candidate, protocol)) === problem,
      );
      return {
        replies: done,
        misdeed: { subject: subject.name, problem, seed: round, protocol, smallest },
      };
    }
    done += all.length;
    onRound?.(done);
  }
  return { replies: done, misdeed: null };
}

/** The replies of a round. */
function repliesOf(seed: number): { readonly protocol: Protocol; readonly all: readonly Buffer[] } {
  const chance = seeded(seed);
  const protocol = chance.among(PROTOCOLS);
  return { protocol, all: Array.from({ length: PER_ROUND }, () => hostileReply(chance, protocol)) };
}
