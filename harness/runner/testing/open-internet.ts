import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Machines of a small Internet, each a network namespace of this one, on one link without a way out. */
export interface OpenInternet {
  /** Starts a program on a machine; it ends with the Internet at the latest. */
  start(machine: string, command: readonly string[], env?: NodeJS.ProcessEnv): Program;
  close(): Promise<void>;
}

/** A program on a machine. */
export interface Program {
  readonly child: ChildProcess;
  /** The next line that it prints. @throws Error with all that it said where it ends first */
  line(): Promise<string>;
  /** Ends with the program: all that it printed. */
  ended(): Promise<string>;
}

const run = promisify(execFile);
const ip = (...words: string[]) => run('ip', words);
/** Every network that a machine has an address in. */
const NETWORKS = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'];

/** Why there can be none on this machine; null where there can. */
export async function noOpenInternet(): Promise<string | null> {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `ms-try-${process.pid}`;
  try {
    await ip('netns', 'add', name);
    await ip('netns', 'delete', name);
    return null;
  } catch (problem) {
    return `ip netns does not work here: ${problem instanceof Error ? problem.message.split('\n')[0] : String(problem)}`;
  }
}

/** @param machines their addresses by their names, in the networks for documentation (RFC 5737) */
export async function openInternet(
  machines: Readonly<Record<string, readonly string[]>>,
): Promise<OpenInternet> {
  const prefix = `ms${process.pid}`;
  const link = `${prefix}-link`;
  const names = Object.keys(machines);
  const made: string[] = [];
  const programs = new Set<ChildProcess>();
  const close = async (): Promise<void> => {
    for (const child of programs) child.kill('SIGKILL');
    await Promise.all(
      [...programs].map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')),
    );
    for (const name of made.reverse()) await ip('netns', 'delete', name);
  };
  try {
    const add = async (name: string) => {
      await ip('netns', 'add', name);
      made.push(name);
    };
    await add(link);
    await ip('-n', link, 'link', 'add', 'br0', 'type', 'bridge');
    await ip('-n', link, 'link', 'set', 'br0', 'up');
    for (const [index, machine] of names.entries()) {
      const name = `${prefix}-${machine}`;
      await add(name);
      await ip('-n', link, 'link', 'add', `p${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      await ip('-n', link, 'link', 'set', `p${index}`, 'master', 'br0', 'up');
      await ip('-n', name, 'link', 'set', 'lo', 'up');
      for (const address of machines[machine] ?? [])
        await ip('-n', name, 'address', 'add', `${address}/32`, 'dev', 'eth0');
      await ip('-n', name, 'link', 'set', 'eth0', 'up');
      for (const network of NETWORKS) await ip('-n', name, 'route', 'add', network, 'dev', 'eth0');
    }
  } catch (problem) {
    await close();
    throw problem;
  }
  return {
    start(machine, command, env = {}) {
      const child = spawn('ip', ['netns', 'exec', `${prefix}-${machine}`, ...command], {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      programs.add(child);
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString();
        });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const exited = once(child, 'exit');
      return {
        child,
        async line() {
          const { value, done } = await lines.next();
          if (done) throw new Error(`The program on ${machine} ended: ${said}`);
          return value;
        },
        async ended() {
          await exited;
          return said;
        },
      };
    },
    close,
  };
}
