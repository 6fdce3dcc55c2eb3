import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunRecord } from '../../reports/model/record.ts';

/**
 * Measures on this machine: the time from start to the first octet on the wire, the whole audit of the
 * reference target, and peak memory. Prints; asserts nothing.
 */
const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const RUNS = 5;

interface Measured {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-bench-'));
  try {
    const first: number[] = [];
    for (let run = 0; run < RUNS; run += 1) first.push(await startToFirstOctet(folder));
    print('start to first octet on the wire', first, 's', 'goal under 1 s');

    const audits: Measured[] = [];
    for (let run = 0; run < 3; run += 1) audits.push(await audit(folder));
    print(
      'whole audit of the reference target',
      audits.map(({ seconds }) => seconds),
      's',
      'goal under 10 s',
    );
    print(
      'peak memory of that audit',
      audits.map(({ peakMegabytes }) => peakMegabytes),
      'MB',
      'goal under 300 MB',
    );
    await benchContainers(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What needs a container engine; where none answers, one line says so. */
async function benchContainers(folder: string): Promise<void> {
  const { engineStatus } = await import('../containers/engine.ts');
  const engine = await engineStatus();
  if (!engine.available) {
    process.stdout.write(`Not measured: sidecar and POP before SMTP. ${engine.why}\n`);
    return;
  }
  const { sidecarStarts } = await import('./containers.ts');
  print('warm start of the lab in a sidecar', await sidecarStarts(3), 's', 'goal under 2 s');

  const out = join(folder, 'pop-before-smtp');
  await audited(['audit', 'pop-before-smtp', '--only', 'pop-before-smtp', '--out', out]);
  const record: RunRecord = JSON.parse(await readFile(join(out, 'results.json'), 'utf8'));
  const results = record.targets.flatMap((target) => target.results);
  const starts = results.map(({ startedAt }) => Date.parse(startedAt));
  const ends = results.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs);
  const suite = (Math.max(...ends) - Math.min(...starts)) / 1000;
  print('suite pop-before-smtp on a window of 20 s', [suite], 's', 'goal under the window plus 15 s');
}

/** Runs mailspec; exit codes 1 and 2 are conclusions, anything else is no measurement. */
async function audited(args: readonly string[], nodeOptions: readonly string[] = []): Promise<void> {
  await promisify(execFile)(process.execPath, [...nodeOptions, CLI, ...args], {
    maxBuffer: 64 * 1_048_576,
  }).catch((failure: { readonly code?: number }) => {
    if (failure.code !== 1 && failure.code !== 2) throw failure;
  });
}

/** Seconds from the start of the process to its first connection that carries an octet or is greeted. */
async function startToFirstOctet(folder: string): Promise<number> {
  const arrival = Promise.withResolvers<number>();
  const server: Server = createServer((socket) => {
    arrival.resolve(performance.now());
    socket.on('error', () => undefined);
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The bench server has no port.');
  const targets = join(folder, 'targets.yaml');
  await writeFile(
    targets,
    `version: 1\ntargets:\n  bench:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: ${address.port} }\n`,
  );
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [CLI, 'audit', 'bench', '--targets', targets, '--out', join(folder, 'out'), '--only', 'STLS-001'],
    {
      stdio: 'ignore',
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const first = await Promise.race([arrival.promise, ended.then(() => Number.NaN)]);
  await ended;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (Number.isNaN(first)) throw new Error('mailspec ended without a connection to the bench server.');
  return (first - started) / 1000;
}

/** One audit of the reference target as its own process. */
async function audit(folder: string): Promise<Measured> {
  const started = performance.now();
  // maxrss of a child is only told to its parent by the shell's time, so the child reports it itself.
  const report = `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'rss'))}, String(process.resourceUsage().maxRSS)))`;
  const probe = join(folder, 'probe.cjs');
  await writeFile(probe, report);
  await audited(['audit', 'reference', '--out', join(folder, 'reference')], ['--require', probe]);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, peakMegabytes: Number(await readFile(join(folder, 'rss'), 'utf8')) / 1024 };
}

function print(what: string, values: readonly number[], unit: string, goal: string): void {
  const sorted = [...values].sort((a, b) => a - b);
  const show = (value: number | undefined) => (value ?? Number.NaN).toFixed(2);
  const median = sorted[Math.floor(sorted.length / 2)];
  process.stdout.write(
    `${what}: median ${show(median)} ${unit} (min ${show(sorted[0])}, max ${show(sorted.at(-1))}, ${values.length} runs; ${goal})\n`,
  );
}

await main();
