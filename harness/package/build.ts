import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { filesIn } from '../model/files-in.ts';
import { isShipped } from './contents.ts';
import { withPlacesOf } from './workspace-imports.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(PROJECT, 'dist');
/** Rooms with what the package needs at run time. */
const ROOMS = ['harness', 'suites', 'reports'];
/** The workspace, which an installed package cannot resolve by its name. */
const NET_MOCKS = 'harness/net-mocks';

const run = promisify(execFile);

/**
 * Makes `dist/`, the tree of the project as JavaScript with types and source maps, and the data that it reads.
 * Node strips no types beneath `node_modules`, so that an installed mailspec runs from there.
 */
async function build(): Promise<void> {
  await rm(DIST, { recursive: true, force: true });
  await compile();
  for (const room of ROOMS) await copyData(room);
  for (const file of await filesIn(DIST)) {
    if (!/\.(?:js|d\.ts)$/.test(file)) continue;
    const path = join(DIST, file);
    await writeFile(path, withPlacesOf(NET_MOCKS, file, await readFile(path, 'utf8')));
  }
  await writeManifests();
}

async function compile(): Promise<void> {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const config = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  await run(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', config], { maxBuffer: 16 * 1_048_576 });
}

async function copyData(room: string): Promise<void> {
  for (const file of await filesIn(join(PROJECT, room))) {
    const path = join(room, file);
    if (!isShipped(path)) continue;
    await mkdir(dirname(join(DIST, path)), { recursive: true });
    await cp(join(PROJECT, path), join(DIST, path));
  }
}

/** What the code reads of its own package, and what it was made from. */
async function writeManifests(): Promise<void> {
  const { name, version }: { name: string; version: string } = JSON.parse(
    await readFile(join(PROJECT, 'package.json'), 'utf8'),
  );
  const [commit, tags] = await Promise.all([
    process.env.COMMIT || git('rev-parse', '--short=12', 'HEAD'),
    git('tag', '--points-at', 'HEAD'),
  ]);
  const tag = tags.split('\n').find((one) => /^v\d/.test(one));
  if (tag !== undefined && tag !== `v${version}`)
    throw new Error(
      `The commit carries the tag ${tag}, and package.json says version ${version}: one of them is wrong.`,
    );
  await writeJson('package.json', { name, version, type: 'module', ...(commit && { gitHead: commit }) });
  const workspace = await readFile(join(PROJECT, NET_MOCKS, 'package.json'), 'utf8');
  await writeFile(join(DIST, NET_MOCKS, 'package.json'), workspace.replaceAll('.ts"', '.js"'));
}

/** The output of a Git command; empty where there is no repository. */
async function git(...args: readonly string[]): Promise<string> {
  return run('git', [...args], { cwd: PROJECT }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(join(DIST, path), `${JSON.stringify(value, null, 2)}\n`);
}

await build();
