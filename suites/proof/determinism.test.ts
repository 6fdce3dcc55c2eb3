import { expect, test } from 'vitest';
import type { Check } from '../../harness/check/define.ts';
import type { Bench } from '../../harness/engine/bench.ts';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { seeded } from '../../reports/fixtures/seeded.ts';
import { CHECKS } from './proof.ts';

/** The verdict of each check, and of each of its variants. */
type Verdicts = Readonly<Record<string, readonly string[]>>;

/** One reference server that all of these checks are evaluated on. */
async function verdictsOf(
  checks: readonly Check[],
  run: (checks: readonly Check[], judge: (check: Check) => Promise<void>) => Promise<void>,
): Promise<Verdicts> {
  const { server, access, close } = await startReferenceInLab();
  try {
    const bench: Bench = createBench({
      target: server.target,
      lab: openBenchLab(access),
      runId: 'determinism',
      evidenceFolder: null,
    });
    const verdicts: Record<string, readonly string[]> = {};
    await run(checks, async (check) => {
      const result = await evaluate(check, bench);
      const { variants } = result;
      verdicts[check.definition.id] = [
        `${result.verdict} ${result.cause}`,
        ...variants.map(({ name, verdict, cause }) => `${withoutAddress(name)}: ${verdict} ${cause}`).sort(),
      ];
    });
    await bench.close();
    return verdicts;
  } finally {
    await close();
  }
}

/** Every lab has addresses of its own. */
function withoutAddress(name: string): string {
  return name.replaceAll(/127\.\d+\.\d+\.(\d+)/g, 'vantage $1');
}

function shuffled(checks: readonly Check[], seed: number): readonly Check[] {
  const chance = seeded(seed);
  return checks
    .map((check) => ({ check, rank: chance.below(2 ** 30) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ check }) => check);
}

/** As the runner does: those that harm nobody side by side, then the others in turn. */
async function manyAtOnce(checks: readonly Check[], judge: (check: Check) => Promise<void>): Promise<void> {
  const harmless = (check: Check) => ['reads', 'delivers'].includes(check.definition.effect);
  await Promise.all(checks.filter(harmless).map(judge));
  await oneAtATime(
    checks.filter((check) => check.definition.effect === 'fails-logins'),
    judge,
  );
  await oneAtATime(
    checks.filter((check) => check.definition.effect === 'disturbs'),
    judge,
  );
}

async function oneAtATime(checks: readonly Check[], judge: (check: Check) => Promise<void>): Promise<void> {
  for (const check of checks) await judge(check);
}

test('the verdicts of the whole catalogue depend neither on order nor on concurrency', async () => {
  const half = Math.ceil(CHECKS.length / 2);
  const inTurn = shuffled(CHECKS, 3);
  const [first, second, ...halves] = await Promise.all([
    verdictsOf(shuffled(CHECKS, 1), manyAtOnce),
    verdictsOf(shuffled(CHECKS, 2), manyAtOnce),
    // Two servers share the catalogue, because everything in turn takes twice as long.
    verdictsOf(inTurn.slice(0, half), oneAtATime),
    verdictsOf(inTurn.slice(half), oneAtATime),
  ]);
  expect(Object.keys(first)).toHaveLength(CHECKS.length);
  expect(second).toEqual(first);
  expect(Object.assign({}, ...halves)).toEqual(first);
  // Deliveries that must not happen are waited for in full, one check after the other.
}, 600_000);
