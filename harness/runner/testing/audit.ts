import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAudit } from '../run.ts';

/**
 * Audits the target `reference` with the suites in `folder`/suites, as a process of its own: what a
 * check does to its process must not reach the tests. Leaves `outcome.json`, with the record or with
 * what was thrown; the first SIGINT ends the run in order.
 */
const [folder = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const record = await runAudit({
  targetsFile: join(folder, 'targets.yaml'),
  suitesFolder: join(folder, 'suites'),
  names: [],
  folder: join(folder, 'out'),
  profile: 'test',
  selection: { only: [], skip: [] },
  expected: 'none',
  strict: false,
  concurrency: 1,
  listener: {
    onStarting: () => undefined,
    onPlanned: () => undefined,
    onResult: (_target, check, _title, verdict) => void process.stdout.write(`${check} ${verdict}\n`),
  },
  signal: stop.signal,
}).catch(async (thrown: unknown) => {
  await writeFile(join(folder, 'thrown.txt'), String(thrown));
  return null;
});
process.exitCode = record?.exitCode ?? 5;
