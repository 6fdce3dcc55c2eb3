import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, environment, REFERENCE } from '../../harness/cli/testing/command-line.ts';

/** The checkout of mailspec, as a CI would have it. */
export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** A folder with targets, where scripts run with an `npm` that only writes down how it was called. */
export interface Workspace {
  readonly folder: string;
  /** Runs a script by Bash as a runner of GitHub does; `options` come before its file. */
  run(script: string, env: Readonly<Record<string, string>>, shell?: readonly string[]): Promise<Ended>;
  /** What `npm` was called with, each call with the folder in which it was. */
  npmCalls(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const AS_GITHUB = ['bash', '--noprofile', '--norc', '-eo', 'pipefail'];

/** A target that nobody answers for, whose audit is undetermined. */
const SILENT =
  '  silent:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 9 }\n';

export async function openWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'mailspec-ci-'));
  const bin = join(folder, '.bin');
  await mkdir(bin);
  await writeFile(join(folder, 'targets.yaml'), REFERENCE + SILENT);
  const calls = join(folder, '.npm-calls');
  await writeFile(calls, '');
  await writeFile(join(bin, 'npm'), '#!/bin/sh\necho "$PWD: $*" >> "$NPM_CALLS"\n');
  await chmod(join(bin, 'npm'), 0o755);
  let scripts = 0;
  return {
    folder,
    async run(script, env, [shell = 'bash', ...options] = AS_GITHUB) {
      scripts += 1;
      const file = join(bin, `script-${scripts}.sh`);
      await writeFile(file, script);
      const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
      const all = environment({ CI: 'true', NPM_CALLS: calls, ...env, PATH: path });
      return new Promise((resolve) => {
        execFile(
          shell,
          [...options, file],
          { cwd: folder, env: all, maxBuffer: 64 * 1_048_576 },
          (failure, stdout, stderr) => {
            const code = typeof failure?.code === 'number' ? failure.code : failure ? null : 0;
            resolve({ code, stdout, stderr });
          },
        );
      });
    },
    npmCalls: async () => (await readFile(calls, 'utf8')).split('\n').filter((line) => line !== ''),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
