import { randomInt } from 'node:crypto';
import { SEEDS } from '../model/seeded.ts';
import { REPLIES } from './proofs.ts';

/** How a command line says how many replies there are, and from which seed. */
export const CAMPAIGN_OPTIONS = {
  replies: { type: 'string', default: String(REPLIES) },
  seed: { type: 'string' },
} as const;

/** What the options say. @throws RangeError where they are no such numbers */
export function campaignOf({
  replies,
  seed,
}: {
  readonly replies: string;
  readonly seed?: string | undefined;
}): {
  readonly replies: number;
  readonly seed: number;
} {
  const numbers = { replies: Number(replies), seed: seed === undefined ? randomInt(SEEDS) : Number(seed) };
  if (
    !Number.isInteger(numbers.replies) ||
    numbers.replies < 1 ||
    !Number.isInteger(numbers.seed) ||
    numbers.seed < 0
  )
    throw new RangeError(
      `Expected whole numbers after --replies and --seed, found "${replies}" and "${seed}".`,
    );
  return numbers;
}
