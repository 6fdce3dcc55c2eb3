import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Check } from '../../harness/check/define.ts';
import { shuffled } from '../../harness/model/seeded.ts';
import { CHECKS } from './proof.ts';
import { inTurn, type Order, resultsOn } from './whole-catalogue.ts';

/** The verdict of each check, and of each of its variants. */
type Verdicts = Readonly<Record<string, readonly string[]>>;

/** One reference server that all of these checks are evaluated on. */
async function verdictsOf(checks: readonly Check[], order?: Order): Promise<Verdicts> {
  const results = await resultsOn(checks, {}, order);
  return Object.fromEntries(
    [...results].map(([code, { verdict, cause, variants }]) => [
      code,
      [
        `${verdict} ${cause}`,
        ...variants.map((one) => `${withoutAddress(one.name)}: ${one.verdict} ${one.cause}`).sort(),
      ],
    ]),
  );
}

/** Every lab has addresses of its own. */
function withoutAddress(name: string): string {
  return name.replaceAll(/127\.\d+\.\d+\.(\d+)/g, 'vantage $1');
}

/** Runs that share the catalogue, or have all of it, and are to come to the same verdicts. */
interface Run {
  readonly checks: readonly Check[];
  readonly order?: Order;
}

test('the verdicts of the whole catalogue depend neither on order nor on concurrency', async () => {
  const half = Math.ceil(CHECKS.length / 2);
  const mixed = shuffled(CHECKS, 3);
  const runs: readonly Run[] = [
    { checks: shuffled(CHECKS, 1) },
    { checks: shuffled(CHECKS, 2) },
    // Two servers share the catalogue, because everything in turn takes twice as long.
    { checks: mixed.slice(0, half), order: inTurn },
    { checks: mixed.slice(half), order: inTurn },
  ];
  let [first = {}, ...others] = await Promise.all(runs.map(({ checks, order }) => verdictsOf(checks, order)));
  if (others.some((other) => !isPartOf(other, first))) {
    // Four servers at a time starve each other: what order or concurrency changes, it changes with nothing beside too.
    const again: Verdicts[] = [];
    for (const { checks, order } of runs) again.push(await verdictsOf(checks, order));
    [first = {}, ...others] = again;
  }
  const [second, ...halves] = others;
  expect(Object.keys(first)).toHaveLength(CHECKS.length);
  expect(second).toEqual(first);
  expect(Object.assign({}, ...halves)).toEqual(first);
  // Deliveries that must not happen are waited for in full, one check after the other.
}, 1_500_000);

function isPartOf(some: Verdicts, all: Verdicts): boolean {
  return Object.entries(some).every(([code, verdicts]) => isDeepStrictEqual(verdicts, all[code]));
}
