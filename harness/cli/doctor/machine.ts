import { access, constants, statfs } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { engineStatus } from '../../containers/engine.ts';
import { printable } from '../../evidence/visible.ts';
import { toolFacts } from '../../runner/tool-facts.ts';
import { composeStatus } from '../../targets/drivers/compose-command.ts';
import type { TargetDeclaration } from '../../targets/load.ts';
import type { Diagnosis, Tell } from './diagnosis.ts';
import { ownAddresses, ownPorts } from './loopback.ts';

/** Free space below which evidence and reports of a run may not fit, in octets. */
const LEAST_SPACE = 500 * 1_048_576;
/** Load for each processor up to which delays of this machine are few, and from which on an audit is mostly delays. */
const BUSY = 1;
const OVERLOADED = 4;

/** Drivers whose targets cannot start where the container engine does not answer. */
export const IN_CONTAINERS: readonly string[] = ['container', 'compose', 'network'];

/**
 * Looks at this machine. Nothing is sent beyond it.
 * @param declarations targets that are to be audited; empty: any may be
 * @param out folder to which an audit would write
 */
export async function examineMachine(
  declarations: readonly TargetDeclaration[],
  out: string,
  tell: Tell,
): Promise<void> {
  const uses = (drivers: readonly string[]) =>
    declarations.length === 0 || declarations.some(({ driver }) => drivers.includes(driver));
  tell(await versions());
  tell(await unlessUseless(uses(IN_CONTAINERS), 'container engine', containerEngine));
  if (declarations.some(({ driver }) => driver === 'compose')) tell(await compose());
  tell(await ownPorts());
  tell(await unlessUseless(uses(['reference']), 'addresses of 127/8', ownAddresses));
  tell({
    state: 'not tried',
    what: 'port 25 to the outside',
    line: 'nothing is ever sent beyond this machine and its containers; where a target of driver host cannot be reached there, its "port-25-control" tells a closed port from a network that blocks',
  });
  tell(loadOf(loadavg()[0] ?? 0, availableParallelism()));
  tell(await spaceOf(out));
}

async function unlessUseless(
  isUsed: boolean,
  what: string,
  look: () => Promise<Diagnosis>,
): Promise<Diagnosis> {
  return isUsed ? look() : { state: 'not tried', what, line: 'no target that was named needs it' };
}

async function versions(): Promise<Diagnosis> {
  const { version, node, openssl } = await toolFacts();
  return { state: 'ok', what: 'mailspec', line: `${version}, Node ${node}, OpenSSL ${openssl}` };
}

async function containerEngine(): Promise<Diagnosis> {
  const what = 'container engine';
  const status = await engineStatus();
  if (status.available) return { state: 'ok', what, line: `version ${printable(status.version)} answers` };
  return {
    state: 'no',
    what,
    line: status.why,
    todo: 'start it, or let DOCKER_HOST name the one to use; targets of driver reference and host need none.',
  };
}

async function compose(): Promise<Diagnosis> {
  const what = 'compose';
  const status = await composeStatus();
  if (status.available) return { state: 'ok', what, line: printable(status.version) };
  return { state: 'no', what, line: status.why, todo: 'install the compose plugin of the docker command.' };
}

/** What the load of this machine means for an audit. */
export function loadOf(load: number, processors: number): Diagnosis {
  const what = 'load';
  const line = `${load.toFixed(1)} on ${processors} processors`;
  const each = load / processors;
  if (each >= OVERLOADED)
    return {
      state: 'ok',
      what,
      line: `${line}: an audit takes much longer now, and checks may stay open; better wait until other work is done`,
    };
  return {
    state: 'ok',
    what,
    line: each < BUSY ? line : `${line}: other work makes an audit slower, and changes no verdict`,
  };
}

/** Whether a folder, or the nearest one above it that is there, can be written and has space. */
export async function spaceOf(out: string, leastSpace = LEAST_SPACE): Promise<Diagnosis> {
  const what = `space for ${printable(out)}`;
  const folder = await nearestFolder(resolve(out));
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return {
      state: 'no',
      what,
      line: `${printable(folder)} may not be written.`,
      todo: '--out names another folder.',
    };
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const line = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= leastSpace) return { state: 'ok', what, line };
  return { state: 'no', what, line: `${line}.`, todo: 'make room, or name another folder by --out.' };
}

async function nearestFolder(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestFolder(dirname(path));
}
