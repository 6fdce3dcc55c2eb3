import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { untilSignal } from '../runner/until-signal.ts';
import type { Measured } from './audit.ts';
import { rowOf } from './row-of.ts';
import { type Row, table } from './table.ts';

/**
 * Measures on this machine: the reference server, a hardened container, each also from further away, and the
 * tools that people take otherwise on the same container. Prints medians; asserts nothing.
 */
const CLI = fileURLToPath(new URL('../cli/mailspec.mjs', import.meta.url));
const ONE_AUDIT = fileURLToPath(new URL('one-audit.ts', import.meta.url));
const TARGETS = fileURLToPath(new URL('../../targets.yaml', import.meta.url));
/** As the scripts of package.json start mailspec. */
const NURSERY = ['--max-semi-space-size=8'];

interface Options {
  readonly runs: number;
  /** Milliseconds added to a round trip, one row each. */
  readonly roundTrips: readonly number[];
  /** Codes and suites for the reference; empty: the whole catalogue. */
  readonly only: readonly string[];
  readonly containers: boolean;
  /** The whole catalogue on the container too, which takes minutes. */
  readonly whole: boolean;
}

async function main({ runs, roundTrips, only, containers, whole }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-bench-'));
  try {
    const first: number[] = [];
    for (let run = 0; run < runs; run += 1) first.push(await startToFirstOctet(folder));
    const rows: Row[] = [{ what: 'start to first octet on the wire', wall: first }];
    for (const ms of roundTrips) rows.push(await auditRow(ms, only, runs));
    process.stdout.write(`The reference server, in the process of mailspec\n${table(rows)}`);
    if (containers) await benchContainers(folder, { runs, roundTrips, whole });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What needs a container engine; where none answers, one line says so. */
async function benchContainers(
  folder: string,
  options: Pick<Options, 'runs' | 'roundTrips' | 'whole'>,
): Promise<void> {
  const { engineStatus } = await import('../containers/engine.ts');
  const engine = await engineStatus();
  if (!engine.available) {
    process.stdout.write(`Containers not measured. ${engine.why}\n`);
    return;
  }
  const [{ sidecarStarts }, { measureContainer }] = await Promise.all([
    import('./sidecar-starts.ts'),
    import('./containers.ts'),
  ]);
  const starts = { what: 'warm start of the lab in a sidecar', wall: await sidecarStarts(options.runs) };
  const { rows, notes } = await untilSignal((signal) => measureContainer(folder, options, TARGETS, signal));
  process.stdout.write(`\nA hardened Postfix and Dovecot in one container\n${table([starts, ...rows])}`);
  for (const note of notes) process.stdout.write(`${note}\n`);
}

/** Audits of the reference, each as its own process. */
async function auditRow(roundTripMs: number, only: readonly string[], runs: number): Promise<Row> {
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...NURSERY, ONE_AUDIT, 'reference', String(roundTripMs), TARGETS, ...only],
      { maxBuffer: 64 * 1_048_576 },
    );
    measured.push(JSON.parse(stdout));
  }
  const what = only.length === 0 ? 'whole catalogue' : only.join(' ');
  return rowOf(`${what}, +${roundTripMs} ms`, measured, roundTripMs);
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
    [
      ...NURSERY,
      CLI,
      'audit',
      'bench',
      '--targets',
      targets,
      '--out',
      join(folder, 'out'),
      '--only',
      'STLS-001',
    ],
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

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rtt: { type: 'string', default: '0,20,100' },
    only: { type: 'string', multiple: true, default: [] },
    whole: { type: 'boolean', default: false },
    'no-containers': { type: 'boolean', default: false },
  },
});
await main({
  runs: Number(values.runs),
  roundTrips: values.rtt.split(',').map(Number),
  only: values.only,
  containers: !values['no-containers'],
  whole: values.whole,
});
