import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilSignal } from '../runner/until-signal.ts';
import { begin, measure } from './audit.ts';

/**
 * One audit in a process of its own, so that its memory is its own:
 * `node one-audit.ts TARGET ROUND_TRIP_MS TARGETS_FILE [CODE…]` prints what it took, as JSON.
 */
const [target = 'reference', roundTripMs = '0', targetsFile = 'targets.yaml', ...only] =
  process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'mailspec-bench-'));
try {
  await untilSignal(audit);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function audit(signal: AbortSignal): Promise<void> {
  const run = await begin(target, only, folder, targetsFile, signal);
  try {
    const [context] = run.contexts;
    if (!context) throw new Error(`Target ${target} did not start.`);
    const measured = await measure(context, folder, Number(roundTripMs), signal);
    // What the system counted misses no moment.
    const peak = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(`${JSON.stringify({ ...measured, peak })}\n`);
  } finally {
    await run.stop();
  }
}
