import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../../reports/model/record.ts';

export const CLI = fileURLToPath(new URL('../mailspec.mjs', import.meta.url));

/** A good and a bad server, both in process. */
export const REFERENCE =
  'version: 1\ntargets:\n  good:\n    driver: reference\n  bad:\n    driver: reference\n    faults: [mx-omits-starttls]\n';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of the tests without what asks for colours or forbids them; `more` says what a test wants. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  return { ...rest, ...more };
}

/** The command line as a process of its own, in a folder of its own. */
export interface CommandLine {
  readonly folder: string;
  /** Without colours. */
  mailspec(...args: readonly string[]): Promise<Ended>;
  mailspecIn(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended>;
  /** Writes `targets.yaml`. */
  targets(text: string): Promise<void>;
  /** The record of the last audit. */
  record(): Promise<RunRecord>;
  remove(): Promise<void>;
}

export async function openCommandLine(): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-cli-'));
  const mailspecIn = (more: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    new Promise<Ended>((resolve) => {
      const options = { cwd: folder, maxBuffer: 64 * 1_048_576, env: environment(more) };
      execFile(process.execPath, [CLI, ...args], options, (failure, stdout, stderr) => {
        const code = typeof failure?.code === 'number' ? failure.code : failure ? null : 0;
        resolve({ code, stdout, stderr });
      });
    });
  return {
    folder,
    mailspecIn,
    mailspec: (...args) => mailspecIn({ NO_COLOR: '1' }, ...args),
    targets: (text) => writeFile(join(folder, 'targets.yaml'), text),
    record: async () => JSON.parse(await readFile(join(folder, 'mailspec-report', 'results.json'), 'utf8')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
