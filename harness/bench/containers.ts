import { connect } from 'node:net';
import { join } from 'node:path';
import { connectEngine } from '../containers/engine.ts';
import { RUN_LABEL, TARGET_LABEL } from '../containers/labels.ts';
import { loadChecks } from '../engine/load.ts';
import { SUITES_FOLDER } from '../runner/run.ts';
import { begin, type Measured, measure } from './audit.ts';
import { measurePeers } from './peers.ts';
import { rowOf } from './row-of.ts';
import type { Row } from './table.ts';

/** Postfix and Dovecot, hardened. */
const TARGET = 'postfix-dovecot';
/** The suites that do what the peers do. */
const SUITES = ['implicit-tls', 'starttls', 'plaintext-auth', 'open-relay'] as const;

/** Measurements on one container that stays up: suites, alone and together, at distances, then the peers. */
export async function measureContainer(
  folder: string,
  {
    runs,
    roundTrips,
    whole,
  }: { readonly runs: number; readonly roundTrips: readonly number[]; readonly whole: boolean },
  targetsFile: string,
  signal: AbortSignal,
): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }> {
  const suiteOf = new Map<string, string>(
    (await loadChecks(SUITES_FOLDER)).map(({ definition, suite }) => [definition.id, suite]),
  );
  const run = await begin(TARGET, whole ? [] : SUITES, join(folder, 'container'), targetsFile, signal);
  try {
    const [context] = run.contexts;
    if (!context) throw new Error(`Target ${TARGET} did not start.`);
    let nth = 0;
    const repeated = async (
      what: string,
      roundTripMs: number,
      suites: readonly string[] | null,
    ): Promise<Row> => {
      const all: Measured[] = [];
      for (let run = 0; run < runs; run += 1) {
        nth += 1;
        process.stderr.write(`measuring ${what}\n`);
        const chosen = (check: string) => suites?.includes(suiteOf.get(check) ?? '') ?? true;
        all.push(await measure(context, join(folder, `measured-${nth}`), roundTripMs, signal, chosen));
      }
      return rowOf(what, all, roundTripMs);
    };
    const rows: Row[] = [];
    for (const suite of SUITES) rows.push(await repeated(`suite ${suite}`, 0, [suite]));
    for (const ms of roundTrips) rows.push(await repeated(`these suites together, +${ms} ms`, ms, SUITES));
    if (whole) rows.push(await repeated('whole catalogue, +0 ms', 0, null));
    const address = await addressOf(context.runId);
    if (address === undefined)
      return { rows, notes: ['Peers not measured: the container has no address that this machine reaches.'] };
    const { rows: peers, missing } = await measurePeers(address, signal);
    return { rows: [...rows, ...peers], notes: missing.map((program) => `Not installed: ${program}`) };
  } finally {
    await run.stop();
  }
}

/** The address of the container of a run, where its ports are the ordinary ones. */
async function addressOf(runId: string): Promise<string | undefined> {
  const docker = (await connectEngine()).container.dockerode;
  const filters = { label: [`${RUN_LABEL}=${runId}`, `${TARGET_LABEL}=${TARGET}`] };
  for (const { Id: id } of await docker.listContainers({ filters })) {
    const { NetworkSettings: settings } = await docker.getContainer(id).inspect();
    for (const { IPAddress: address } of Object.values(settings.Networks))
      if (address !== '' && (await greets(address))) return address;
  }
  return undefined;
}

function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 25 });
    const settle = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.setTimeout(3_000, () => settle(false));
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
