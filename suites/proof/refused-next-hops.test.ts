import { expect, test } from 'vitest';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import type { ControlResult } from '../../harness/model/control-result.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import { mailLeaves } from '../../harness/steps/controls/mail-leaves.ts';
import { serversAreReached } from '../../harness/steps/controls/servers-are-reached.ts';
import { CHECKS, explained } from './proof.ts';

test('a target that refuses every next hop says so once, and no outgoing check sends a message of its own', async () => {
  const outgoing = CHECKS.filter(({ definition }) =>
    definition.buildsOn?.some((control) => control === mailLeaves || control === serversAreReached),
  );
  expect(outgoing.length).toBeGreaterThan(35);
  const { server, access, close } = await startReferenceInLab({ life: { refusesNextHops: true } });
  const controls: ControlResult[] = [];
  try {
    const bench = createBench({
      target: server.target,
      lab: openBenchLab(access),
      runId: 'proof',
      evidenceFolder: null,
      onControl: (control) => controls.push(control),
    });
    const results = await Promise.all(outgoing.map((check) => evaluate(check, bench)));

    expect(controls.map(({ control, state }) => `${control} ${state}`).sort()).toEqual([
      'account-logs-in found',
      'mail-leaves broke-off',
      'servers-are-reached broke-off',
    ]);
    for (const result of results) {
      expect(result.verdict, explained(result)).toBe('inconclusive');
      expect(result.reason).toContain('refusing to relay to a non-public next hop');
      expect(result.reason).toContain('client-addresses: public');
      expect(result.transcript.filter(({ who }) => who === 'client')).toEqual([]);
    }
    await bench.close();
  } finally {
    await close();
  }
});
