import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StartFailed } from '../containers/start-failed.ts';
import { MAILSPEC } from '../engine/rerun.ts';
import { logLine } from '../evidence/log-line.ts';
import { printable, visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { newRunId } from '../runner/run-id.ts';
import { TARGETS_FILE } from '../targets/file-name.ts';
import { VERDICT_GLYPHS } from './glyphs.ts';
import { draftOfCompose, readCompose } from './init/compose.ts';
import { draftOfHost } from './init/host.ts';
import { lookAtImage } from './init/image.ts';
import { draftOfImage } from './init/image-draft.ts';
import { type Draft, writtenTargets } from './init/written.ts';
import { lookAtHost } from './look/host.ts';
import type { Look } from './look/look.ts';
import { lookLine } from './look/look-line.ts';
import { targetNameFor } from './look/names.ts';
import { writeOut } from './write-file.ts';

export interface InitOptions {
  readonly image?: string;
  readonly compose?: string;
  readonly host?: string;
  /** Variables of the container of an image: `NAME=VALUE`, or `NAME` for what this process has. */
  readonly env?: readonly string[];
  /** The file to write; it must not exist. */
  readonly out: string;
}

/** What was found, and whether anything was: a file that nothing answered for is a beginning only. */
interface Found {
  readonly draft: Draft;
  readonly looks: readonly Look[];
  readonly isComplete: boolean;
}

const WHAT = 'Say what to look at: one of --image NAME, --compose FILE and --host NAME-OR-ADDRESS.';

/**
 * `mailspec init`: looks at a server and writes a targets file for it.
 * @returns 0, or 2 where nothing was found that could be declared, or no container could be made
 * @throws ConfigurationError for options that are none or too many, for a file that exists, and for what is not there
 */
export async function initCommand(options: InitOptions): Promise<number> {
  const { image, compose, host, out } = options;
  // Who ends this process ends the look with it; what was made goes by then.
  const { signal } = new AbortController();
  if ([image, compose, host].filter((one) => one !== undefined).length !== 1)
    throw new ConfigurationError(WHAT);
  await demandFree(out);
  const folder = dirname(resolve(out));
  const found = await findings(options, folder, signal).catch((failure: unknown) => {
    if (failure instanceof StartFailed) return failure;
    throw failure;
  });
  if (found instanceof StartFailed) {
    for (const line of found.message.split('\n')) print(line);
    return 2;
  }
  const { draft, looks, isComplete } = found;
  for (const look of looks) print(lookLine(look));
  for (const { role, port, service } of looks.length === 0 ? draft.roles : [])
    print(
      `  ${VERDICT_GLYPHS['not-run'].glyph} ${role}: port ${port} of ${visible(service ?? '')}, not tried`,
    );
  if (!isComplete && compose === undefined) {
    print(`Nothing greets ${where(options)}, so no file was written.`);
    if (image !== undefined)
      print(`If the container wants variables, name them: init --image ${visible(image)} --env NAME=VALUE`);
    return 2;
  }
  await writeOut(out, writtenTargets(draft, folder), 'wx');
  print(`${printable(out)}: target ${draft.name}. Fill in what its comments ask for.`);
  print(
    `Then: ${MAILSPEC.join(' ')} doctor ${draft.name}${out === TARGETS_FILE ? '' : ` --targets ${printable(out)}`}`,
  );
  return isComplete ? 0 : 2;
}

function where({ image, host = '' }: InitOptions): string {
  return image === undefined ? `at ${visible(host)}` : 'in the container';
}

async function findings(
  { image, compose, host = '', env = [] }: InitOptions,
  folder: string,
  signal: AbortSignal,
): Promise<Found> {
  if (env.length > 0 && image === undefined)
    throw new ConfigurationError('--env is for the container of --image; nothing else is started.');
  if (image !== undefined) return ofImage(image, variablesOf(env), signal);
  return compose === undefined ? ofHost(host, signal) : ofCompose(compose, folder);
}

async function ofImage(
  image: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Found> {
  const seen = await lookAtImage(image, {
    runId: newRunId(new Date()),
    target: targetNameFor('init'),
    env,
    signal,
  });
  for (const line of seen.ending?.split('\n') ?? []) print(line);
  return {
    draft: draftOfImage(image, seen, Object.keys(env)),
    looks: seen.looks,
    isComplete: seen.looks.some(({ greeting }) => greeting !== null),
  };
}

/** Variables as the command line of an engine takes them. */
function variablesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(one) ?? [];
      const is = name === undefined ? undefined : (value ?? process.env[name]);
      if (name === undefined || is === undefined)
        throw new ConfigurationError(
          `--env takes NAME=VALUE, or NAME of a variable that is set here; ${printable(name ?? 'what was given')} is neither.`,
        );
      return [name, is] as const;
    }),
  );
}

async function ofCompose(file: string, folder: string): Promise<Found> {
  const draft = draftOfCompose(file, await readCompose(file), folder);
  if (draft.roles.length === 0) print('No service publishes or exposes a port of mail.');
  return { draft, looks: [], isComplete: draft.roles.length > 0 };
}

async function ofHost(host: string, signal: AbortSignal): Promise<Found> {
  const looks = await lookAtHost(host, { signal });
  return {
    draft: draftOfHost(host, looks),
    looks,
    isComplete: looks.some(({ greeting }) => greeting !== null),
  };
}

/** Before anything is looked at, which may take a minute. */
async function demandFree(out: string): Promise<void> {
  const isFree = await access(out).then(
    () => false,
    () => true,
  );
  if (!isFree) throw new ConfigurationError(`${printable(out)}: The file exists; --out names another.`);
}

function print(line: string): void {
  process.stdout.write(`${logLine(line)}\n`);
}
