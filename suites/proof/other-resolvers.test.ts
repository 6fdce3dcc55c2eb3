import { describe, expect, test } from 'vitest';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { CHECKS, explained } from './proof.ts';

const RECEIVED = CHECKS.filter(({ definition }) =>
  definition.buildsOn?.some((one) => one === ordinaryMailIsTaken),
);

/** Every check of mail from strangers on one server, by its code. */
async function resultsOf(life: ReferenceLife) {
  const { server, access, close } = await startReferenceInLab({ life });
  const bench = createBench({
    target: server.target,
    lab: openBenchLab(access),
    runId: 'proof',
    evidenceFolder: null,
  });
  try {
    return await Promise.all(RECEIVED.map((check) => evaluate(check, bench)));
  } finally {
    await bench.close();
    await close();
  }
}

/** What of a message can be judged whatever the DNS says. */
const WITHOUT_DNS = ['DMARC-011', 'DMARC-012', 'DMARC-013', 'DMARC-018', 'DKIM-016'];

describe.each(['nowhere', 'bogus'] as const)('a target whose resolver says %s', (resolverSays) => {
  test('is blamed for nothing that the DNS decides', async () => {
    const results = await resultsOf({ resolverSays });
    expect(results.length).toBeGreaterThan(50);
    const blamed = results.filter(
      ({ check, verdict, cause }) =>
        !WITHOUT_DNS.includes(check) &&
        verdict !== 'not-applicable' &&
        !(verdict === 'inconclusive' && cause === 'environment'),
    );
    expect(blamed.map(explained)).toEqual([]);
    const judged = results.filter(({ check }) => /^(SPF-00[1-4]|DKIM-00[1-3]|DMARC-00[1-4])$/.test(check));
    for (const result of judged) expect(result.reason).toContain('the DNS of the lab');
  });
});

test('a target that refuses every sender shows by no refusal that it evaluates anything', async () => {
  for (const result of await resultsOf({ refusesSenders: [''] })) {
    expect(['inconclusive', 'not-applicable'], explained(result)).toContain(result.verdict);
    expect(result.reason).toContain('No valid MX');
  }
});

test('DMARC-001 does not take a refusal for its own that a lawful author gets too', async () => {
  const results = await resultsOf({ refusesSenders: ['author', 'silent'] });
  const result = results.find(({ check }) => check === 'DMARC-001');
  expect(result?.verdict, result?.reason).toBe('inconclusive');
});
