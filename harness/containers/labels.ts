import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Label of everything made for a run: its id. */
export const RUN_LABEL = 'dev.mailspec.run';
/** Label beside it: the process that made it. */
export const OWNER_LABEL = 'dev.mailspec.owner';
/** Label of a container: the target that it is. */
export const TARGET_LABEL = 'dev.mailspec.target';
/** Label of every image that was built. */
export const IMAGE_LABEL = 'dev.mailspec.image';

/** Labels for a container, network or volume made for a run. */
export function runLabels(runId: string): Record<string, string> {
  return { [RUN_LABEL]: runId, [OWNER_LABEL]: ownerOf(process.pid) ?? `${machine()} ${process.pid} unknown` };
}

/**
 * Whether the process that made something still runs. `unknown` when it was made on another machine
 * or in another container, whose processes cannot be seen from here.
 */
export function ownerState(owner: string | undefined): 'running' | 'ended' | 'unknown' {
  const [where, pid] = (owner ?? '').split(' ');
  if (where !== machine() || !pid) return 'unknown';
  const current = ownerOf(Number(pid));
  if (current === undefined) return 'ended';
  // The number alone does not tell: numbers are used again.
  return current === owner ? 'running' : 'ended';
}

/** `<machine> <process number> <start>`; undefined when no such process runs. */
function ownerOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return undefined;
  }
  return `${machine()} ${pid} ${startOf(pid)}`;
}

/** Where process numbers mean the same: the host, and its process namespace where there are such. */
function machine(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** When a process started, on Linux: the boot, and clock ticks since (proc(5), field 22 of stat). */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the name in parentheses, which may contain spaces and parentheses itself.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}/${ticks}`;
  } catch {
    return 'unknown';
  }
}
