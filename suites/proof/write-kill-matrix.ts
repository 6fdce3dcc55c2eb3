import { writeFile } from 'node:fs/promises';
import { FAULT_NAMES, type FaultName } from '../../harness/model/faults.ts';
import { CHECKS, explained, resultOn } from './proof.ts';

/** Pairs evaluated at the same time. */
const TOGETHER = 8;
const KILLS: readonly string[] = ['fail', 'warn'];

/**
 * Writes suites/catalog/kill-matrix.yaml from what really happens: each fault on the reference server,
 * judged by each check that claims to catch it. Ends with 1 where a claim does not hold.
 */
const pairs = CHECKS.flatMap((check) =>
  check.definition.kills.map((fault): [typeof check, FaultName] => [check, fault]),
);
const verdicts = new Map<FaultName, Map<string, string>>();
let survivors = 0;

async function work(): Promise<void> {
  for (let next = pairs.shift(); next; next = pairs.shift()) {
    const [check, fault] = next;
    const result = await resultOn(check, { faults: [fault] });
    if (!KILLS.includes(result.verdict)) {
      survivors += 1;
      process.stderr.write(`${fault} survives ${explained(result)}\n`);
    }
    const row = verdicts.get(fault) ?? new Map<string, string>();
    verdicts.set(fault, row.set(check.definition.id, result.verdict));
  }
}

await Promise.all(Array.from({ length: TOGETHER }, work));
const unseen = FAULT_NAMES.filter((fault) => !verdicts.has(fault));
if (unseen.length > 0) process.stderr.write(`No check claims ${unseen.join(', ')}.\n`);

const rows = FAULT_NAMES.filter((fault) => verdicts.has(fault)).map((fault) => {
  const cells = [...(verdicts.get(fault) ?? [])].sort(([a], [b]) => a.localeCompare(b));
  return `${fault}: { ${cells.map(([id, verdict]) => `${id}: ${verdict}`).join(', ')} }\n`;
});
const head =
  '# Written by npm run kill-matrix: fault of the reference server, the checks that name it, and their verdicts.\n';
await writeFile(new URL('../catalog/kill-matrix.yaml', import.meta.url), head + rows.join(''));
process.exitCode = survivors + unseen.length > 0 ? 1 : 0;
