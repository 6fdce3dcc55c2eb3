import { setTimeout as pause } from 'node:timers/promises';
import { startTarget } from '../drivers/start.ts';
import { loadTargets } from '../load.ts';

/**
 * `node hold-target.ts <targets file> <run id> <end>`: starts the first target, prints `ready`, and
 * ends as told without stopping it: `throw`, `reject`, `exit`, or `wait` for a signal. `early` prints
 * `starting` and waits for a signal while the target still starts.
 */
const [file = '', runId = '', end = ''] = process.argv.slice(2);
const [declaration] = await loadTargets(file);
if (!declaration) throw new Error('The targets file declares nothing.');
const start = startTarget(declaration, { runId, signal: new AbortController().signal });
if (end === 'early') process.stdout.write('starting\n');
await start;
process.stdout.write('ready\n');
if (end === 'throw') {
  setImmediate(() => {
    throw new Error('a check crashed');
  });
}
if (end === 'reject') void Promise.reject(new Error('a promise nobody awaited'));
if (end === 'exit') process.exit(5);
await pause(60_000);
