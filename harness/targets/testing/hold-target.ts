import { setTimeout as pause } from 'node:timers/promises';
import { startTarget } from '../drivers/start.ts';
import { loadTargets } from '../load.ts';
import { selectTargets } from '../select.ts';

/**
 * `node hold-target.ts <targets file> <target> <run id> <end>`: starts a target, prints `ready`, and
 * ends as told without stopping it: `throw`, `reject`, `exit`, or `wait` for a signal.
 */
const [file = '', name = '', runId = '', end = ''] = process.argv.slice(2);
const [declaration] = selectTargets(await loadTargets(file), [name]);
if (!declaration) throw new Error(`There is no target ${name}.`);
await startTarget(declaration, { runId, signal: new AbortController().signal });
process.stdout.write('ready\n');
if (end === 'throw') {
  setImmediate(() => {
    throw new Error('a check crashed');
  });
}
if (end === 'reject') void Promise.reject(new Error('a promise that nobody awaited'));
if (end === 'exit') process.exit(5);
await pause(60_000);
