import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ordersText, orderText } from '../../reports/model/order.ts';
import type { Order, RunRecord } from '../../reports/model/record.ts';
import { type Stability, stabilityOf } from '../../reports/model/stability.ts';
import { logLine } from '../evidence/log-line.ts';
import { SEEDS } from '../model/seeded.ts';
import { prepareOutputFolder } from '../runner/output-folder.ts';
import { untilSignal } from '../runner/until-signal.ts';
import { type AuditRequest, auditOnce } from './audit.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';
import { removeComparisons } from './since.ts';
import { printConclusion, printSummary } from './summary.ts';
import { writeOut } from './write-file.ts';

const FILE = 'stability.json';

/** From so many runs on, the last one takes one check at a time: it needs the times of all checks together. */
const WITH_ONE_IN_TURN = 3;

/** The order of a run, counted from 1. */
function orderOf(number: number, times: number, seed: number): Order {
  return { seed: (seed + number - 1) % SEEDS, isInTurn: times >= WITH_ONE_IN_TURN && number === times };
}

/**
 * `mailspec audit --repeat`: audits several times, the targets started anew each time, and tells which verdicts waver.
 * The reports of each run lie in a folder of its number, beside `stability.json`. Each takes the checks in another order,
 * and the last of three or more one at a time.
 * @param seed of the order of the first run; that of each other run is one more
 * @returns the exit code of the worst run; 2 where something wavered and no run failed
 */
export async function repeatCommand(
  request: AuditRequest,
  times: number,
  seed = randomInt(SEEDS - times),
): Promise<number> {
  const { loudness } = request;
  const folder = resolve(request.out);
  await prepareOutputFolder(folder);
  await removeRepeats(folder);
  const runs: { readonly folder: string; readonly record: RunRecord }[] = [];
  let isStopped = false;
  await untilSignal(async (signal) => {
    for (let number = 1; number <= times && !signal.aborted; number += 1) {
      const own = join(folder, String(number));
      const order = orderOf(number, times, seed);
      if (loudness !== 'quiet') process.stdout.write(`\nRun ${number} of ${times}, ${orderText(order)}\n`);
      const record = await auditOnce({ ...request, order, out: own }, signal);
      await removeComparisons(own);
      // What was stopped lacks the verdicts that it had not come to: it would seem to waver.
      if (signal.aborted) isStopped = true;
      else runs.push({ folder: String(number), record });
      if (loudness === 'verbose') printSummary(record, own, process.stdout, { verbose: true });
      else if (loudness === 'screen') printConclusion(record, process.stdout);
    }
  });
  const stability = stabilityOf(runs, isStopped);
  await writeOut(join(folder, FILE), `${JSON.stringify(stability, null, 2)}\n`, 'w');
  for (const line of stabilityLines(stability, times, loudness !== 'quiet'))
    process.stdout.write(`${logLine(line)}\n`);
  return stability.exitCode;
}

/** What wavered, as a table, beneath the sentence that counts it. */
export function stabilityLines(
  { runs, checks, wavering, exitCode }: Stability,
  times: number,
  withTable: boolean,
): string[] {
  const ended = runs.length < times ? `, of ${times} that were asked for` : '';
  const orders = ordersText(runs.map(({ order }) => order ?? null));
  const many = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${ended}, ${orders}`;
  const head =
    wavering.length === 0
      ? `No verdict wavered: ${some(checks)} ended alike in ${many}; exit code ${exitCode}.`
      : `${wavering.length} of ${some(checks)} wavered in ${many}; exit code ${exitCode}.`;
  if (!withTable) return [head];
  const width = Math.max(0, ...wavering.map(({ target }) => target.length));
  const rows = wavering.map(({ check, target, times: came, title }) => {
    const counts = came.map(({ verdict, runs: often }) => {
      const { glyph, paint } = VERDICT_GLYPHS[verdict];
      return `${paint(glyph)} ${verdict} ${often}×`;
    });
    return `  ${check.padEnd(9)} ${target.padEnd(width)}  ${counts.join(', ')}  ${title}`;
  });
  return ['', head, ...rows];
}

function some(checks: number): string {
  return checks === 1 ? '1 check' : `${checks} checks`;
}

const earlierSchema = z.object({ runs: z.array(z.object({ folder: z.string().regex(/^[1-9]\d*$/) })) });

/** The folders of the runs that a command wrote into a folder, in their order; none where it wrote none. */
export async function readStability(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => 'null');
  const earlier = earlierSchema.safeParse(jsonOf(text));
  return earlier.success ? earlier.data.runs.map((run) => run.folder) : [];
}

/** Takes the runs of an earlier command away: nobody may take one for one of this. */
async function removeRepeats(folder: string): Promise<void> {
  for (const own of await readStability(folder))
    await rm(join(folder, own), { recursive: true, force: true });
  await rm(join(folder, FILE), { force: true });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
