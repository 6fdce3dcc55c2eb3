import { createBench } from '../engine/create-bench.ts';
import { preflight } from '../engine/preflight.ts';
import { openBenchLab } from '../lab/check-lab.ts';
import type { LabAccess } from '../model/lab-access.ts';
import type { RunningTarget } from '../targets/drivers/start.ts';

/** The lab of a target with what the preflight finds out about it; null where it has none. */
export async function examineLab(
  { target, lab }: RunningTarget,
  runId: string,
  signal: AbortSignal,
): Promise<LabAccess | null> {
  if (!lab) return null;
  const bench = createBench({ target, runId, evidenceFolder: null, signal });
  return { ...lab, preflight: await preflight({ ...bench, lab: openBenchLab(lab) }) };
}
