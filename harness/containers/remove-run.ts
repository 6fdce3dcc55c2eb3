import { connectEngine } from './engine.ts';
import { removeRun } from './remove.ts';

/** `node remove-run.ts <run id>…`: removes everything of these runs; for a process in its last moment. */
const { dockerode } = (await connectEngine()).container;
for (const runId of process.argv.slice(2)) await removeRun(dockerode, runId);
