import { expect, test } from 'vitest';
import { createBench } from '../../harness/engine/create-bench.ts';
import { evaluate } from '../../harness/engine/evaluate.ts';
import { openBenchLab } from '../../harness/lab/check-lab.ts';
import type { ControlResult } from '../../harness/model/control-result.ts';
import type { CheckResult } from '../../harness/model/result.ts';
import { startReferenceInLab } from '../../harness/reference/in-lab/reference-lab.ts';
import type { ReferenceLife } from '../../harness/reference/server.ts';
import { createAskAgain } from '../../harness/runner/ask-again.ts';
import { CHECKS } from './proof.ts';

/** Some of each protocol and each way to connect. */
const SOME = CHECKS.filter(({ definition: { id } }) =>
  /^(PTA-00[1258]|STLS-00[1-9]|ITLS-00[1-4]|SUB-00[1-5]|RLY-00[1-4]|SMTP-00[1-5]|POP3-00[1-3]|IMAP-00[1-4]|MSG-001|SPF-001|DKIM-001)$/.test(
    id,
  ),
);

/** An audit in small: all at once, then what was left open once more. */
async function audited(life: ReferenceLife): Promise<{
  readonly verdicts: ReadonlyMap<string, string>;
  readonly again: readonly string[];
  readonly controls: readonly ControlResult[];
}> {
  const { server, access, close } = await startReferenceInLab({ life });
  const controls: ControlResult[] = [];
  try {
    const bench = createBench({
      target: server.target,
      lab: openBenchLab(access),
      runId: 'admission',
      evidenceFolder: null,
      onControl: (control) => controls.push(control),
    });
    const results = new Map<string, CheckResult>();
    const askAgain = createAskAgain(bench.doubts);
    await Promise.all(
      SOME.map(async (check) => {
        const result = await evaluate(check, bench);
        results.set(result.check, result);
        askAgain.takes(check, result);
      }),
    );
    const again: string[] = [];
    await askAgain.ask(bench, (_, result, isNew) => {
      if (isNew) again.push(result.check);
      results.set(result.check, result);
    });
    await bench.late.sweep();
    await bench.close();
    const told = [...results.values()].map(
      ({ check, verdict, reason }) =>
        [
          check,
          verdict === 'pass' || verdict === 'not-applicable' ? verdict : `${verdict}: ${reason}`,
        ] as const,
    );
    return { verdicts: new Map(told.sort()), again, controls };
  } finally {
    await close();
  }
}

test.each<[string, ReferenceLife['admits'], string]>([
  ['three connections of an address at a time', { atATime: 3 }, 'too many connections'],
  [
    'ten connections of an address in four seconds',
    { visits: { most: 10, withinMs: 4_000 } },
    'too many connections',
  ],
])('a server that takes %s gets the verdicts of one that takes all', async (_, admits, said) => {
  const [free, limited] = [await audited({}), await audited({ ...(admits ? { admits } : {}) })];
  expect(limited.verdicts).toEqual(free.verdicts);
  expect(free.again).toEqual([]);
  expect(limited.again).not.toEqual([]);
  const learned = limited.controls.find(({ control }) => control === 'limits-of-the-server');
  expect(learned?.line).toMatch(new RegExp(said, 'i'));
});
