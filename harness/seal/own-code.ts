import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesIn } from '../model/files-in.ts';

/** The root of this mailspec: of its sources, or of what was compiled from them. */
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
export const SUITES_FOLDER = join(PROJECT, 'suites');
export const CATALOG_FOLDER = join(SUITES_FOLDER, 'catalog');

const ROOMS = ['harness', 'suites', 'reports'];
/** What decides which packages run. */
const MANIFESTS = ['package.json', 'package-lock.json'];

/** Rooms of tests, measurements and real servers, which no audit runs. */
const LEFT_OUT = [
  'harness/bench',
  'harness/images',
  'harness/package',
  'harness/proof',
  'harness/sabotage',
  'suites/proof',
  'reports/fixtures',
  'reports/consumers',
];

/** Folders of any room that hold what tests need. */
const OF_TESTS = ['testing', 'node_modules'];

/** Whether only tests, measurements or real servers need a file; its path is relative to the project, with slashes. */
export function isLeftOut(path: string): boolean {
  return (
    LEFT_OUT.some((room) => path.startsWith(`${room}/`)) ||
    path.split('/').some((part) => OF_TESTS.includes(part))
  );
}

/** Whether an audit may run or read a file; its path is relative to the project, with slashes. */
export function isOwnCode(path: string): boolean {
  return !isLeftOut(path) && !/\.test\.ts$|\.testing\.ts$|\.md$|\.map$|\.d\.ts$/.test(path);
}

let known: Promise<string> | undefined;

/** As `digestsOfOwnCode`, read once: the code of a process does not change. */
export function ownCode(): Promise<string> {
  known ??= digestsOfOwnCode();
  return known;
}

/**
 * The digests of all files that this mailspec runs or reads, as `sha256sum` writes them: a line each, by their names.
 * The packages that it uses are told by its lock file, where there is one.
 */
async function digestsOfOwnCode(): Promise<string> {
  const paths = (await Promise.all(ROOMS.map(filesOf))).flat();
  const lines = await Promise.all(
    [...MANIFESTS, ...paths].map(async (path) => {
      const content = await readFile(join(PROJECT, path)).catch((error: NodeJS.ErrnoException) => {
        // A package is installed without a lock file.
        if (error.code === 'ENOENT' && MANIFESTS.includes(path)) return null;
        throw error;
      });
      return content === null
        ? []
        : [{ path, line: `${createHash('sha256').update(content).digest('hex')}  ${path}\n` }];
    }),
  );
  return lines
    .flat()
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ line }) => line)
    .join('');
}

async function filesOf(room: string): Promise<string[]> {
  const files = await filesIn(join(PROJECT, room));
  return files.map((file) => join(room, file).replaceAll(sep, '/')).filter(isOwnCode);
}

const LINE = /^([0-9a-f]{64}) {2}([^\n]+)$/;

/** The digests of a list, by path; null where it is none. */
export function parseDigests(text: string): ReadonlyMap<string, string> | null {
  const lines = text.split('\n');
  if (lines.pop() !== '') return null;
  const pairs = lines.map((line) => LINE.exec(line));
  const digests = new Map(pairs.flatMap((pair) => (pair ? [[pair[2] ?? '', pair[1] ?? ''] as const] : [])));
  return digests.size === lines.length ? digests : null;
}
