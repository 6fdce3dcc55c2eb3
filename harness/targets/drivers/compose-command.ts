import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import type { Engine } from '../../containers/engine.ts';
import { ConfigurationError } from '../../model/configuration-error.ts';
import { placeOf, type TargetDeclaration } from '../load.ts';
import type { ComposeSettings } from '../schema.ts';

/** How a command of compose ended. */
export interface Ended {
  readonly ok: boolean;
  readonly output: string;
  readonly errors: string;
}

export interface ComposeCommand {
  /** Such as `docker compose 2.26.1` or `docker-compose 1.29.2`. */
  readonly version: string;
  /**
   * Runs a command of compose for one project.
   * @param files the paths of compose files, or the text of one
   * @param signal ends the command, where it may be ended half-way
   */
  run(
    args: readonly string[],
    files: readonly string[] | { readonly text: string },
    signal?: AbortSignal,
  ): Promise<Ended>;
}

/** The plugin of the `docker` command, and the command that stands alone, which is how 1.29 comes too. */
const SPELLINGS = [['docker', 'compose'], ['docker-compose']] as const;

const NO_COMPOSE = 'Neither "docker compose" nor "docker-compose" can be run here.';

/** What would make compose look at another project than the one that is declared. */
const NOT_PASSED_ON = ['COMPOSE_FILE', 'COMPOSE_PROFILES', 'COMPOSE_PROJECT_NAME', 'COMPOSE_ENV_FILES'];

/**
 * Finds compose on this machine.
 * @param project name of the project that it is to make
 * @param variables for the compose files, beside the environment of this process
 * @throws ConfigurationError when there is none
 */
export async function findCompose(
  declaration: TargetDeclaration<ComposeSettings>,
  engine: Engine,
  project: string,
  variables: Readonly<Record<string, string>>,
): Promise<ComposeCommand> {
  const { settings, origin, name } = declaration;
  const [first = ''] = settings.file;
  const command = await composeIn({
    folder: dirname(resolve(origin.folder, first)),
    project,
    profiles: settings.profiles,
    env: { ...variables, ...engineVariables(engine) },
  });
  if (command) return command;
  throw new ConfigurationError(
    `${placeOf(declaration, ['driver'])}: Target ${name} is a compose project. ${NO_COMPOSE}`,
  );
}

/**
 * Compose for one project.
 * @param options `folder`: where it is run; `env`: beside the environment of this process
 * @returns undefined where it cannot be run here
 */
export async function composeIn(options: {
  readonly folder: string;
  readonly project: string;
  readonly profiles: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}): Promise<ComposeCommand | undefined> {
  const { folder: cwd, project, profiles } = options;
  const env = { ...environment(), ...options.env };
  const found = await composeProgram(env);
  if (!found) return undefined;
  const { program, words, version } = found;
  return {
    version,
    run: (args, files, signal) => {
      const isText = 'text' in files;
      const before = [
        ...['--project-name', project],
        ...profiles.flatMap((profile) => ['--profile', profile]),
        ...(isText ? ['-'] : files).flatMap((file) => ['--file', file]),
      ];
      const stdin = isText ? files.text : '';
      return run(program, [...words, ...before, ...args], { cwd, env, stdin, signal });
    },
  };
}

/** Whether compose can be run: how it is called, or a sentence that says why not. */
export async function composeStatus(): Promise<
  { readonly available: true; readonly version: string } | { readonly available: false; readonly why: string }
> {
  const found = await composeProgram(process.env);
  return found ? { available: true, version: found.version } : { available: false, why: NO_COMPOSE };
}

async function composeProgram(
  env: NodeJS.ProcessEnv,
): Promise<{ program: string; words: readonly string[]; version: string } | undefined> {
  for (const [program, ...words] of SPELLINGS) {
    const { ok, output } = await run(program, [...words, 'version', '--short'], { env });
    const number = output.trim().replace(/^v/, '');
    if (ok) return { program, words, version: `${[program, ...words].join(' ')} ${number}` };
  }
  return undefined;
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.includes(name)));
}

/** The engine that was found, whatever the context of the command. */
function engineVariables(engine: Engine): Record<string, string> {
  const socket: unknown = Reflect.get(engine.container.dockerode.modem, 'socketPath');
  return typeof socket === 'string' ? { DOCKER_HOST: `unix://${socket}` } : {};
}

const running = new Set<ChildProcess>();

/** In a group of its own, so that Ctrl-C reaches this process alone, which ends and removes in order. */
async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env: NodeJS.ProcessEnv;
    readonly stdin?: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Ended> {
  const { cwd, env, stdin = '', signal } = options;
  if (signal?.aborted) return { ok: false, output: '', errors: 'It was not begun.' };
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (running.size === 0) process.prependListener('exit', endAll);
  running.add(child);
  const end = () => endGroup(child);
  signal?.addEventListener('abort', end);
  // A command that ends without reading is told by its status.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  try {
    const failure = await new Promise<string | undefined>((settle) => {
      child.on('error', ({ message }) => settle(message));
      child.on('close', (code) => settle(code === 0 ? undefined : `It ended with ${code ?? 'a signal'}.`));
    });
    return {
      ok: failure === undefined,
      output: Buffer.concat(output).toString(),
      errors: Buffer.concat(errors).toString().trim() || (failure ?? ''),
    };
  } finally {
    signal?.removeEventListener('abort', end);
    running.delete(child);
    if (running.size === 0) process.removeListener('exit', endAll);
  }
}

/** Commands that outlived this process would go on making what it has removed. */
function endAll(): void {
  for (const child of running) endGroup(child);
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
