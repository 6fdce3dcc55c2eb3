import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);

/** Left out of the image: what only tests and builds need. */
function isNeeded(source: string): boolean {
  const path = relative(ROOT, source);
  return !(
    /\.(?:test|testing)\.[jt]s$|\.d\.ts$|\.map$/.test(path) ||
    path === 'vitest.config.ts' ||
    path === 'README.md' ||
    path.split(sep).some((part) => part === 'node_modules' || part === 'container')
  );
}

/**
 * Writes a complete build context into an empty or new folder: the sources, the packages they need, and the
 * Dockerfile. Rejects when a package is not installed.
 */
export async function stageContext(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(ROOT, folder, { recursive: true, filter: isNeeded });
  await cp(join(HERE, 'Dockerfile'), join(folder, 'Dockerfile'));
  const staged = new Map<string, string>();
  await stagePackages(ROOT, folder, staged);
  await writeFile(join(folder, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
}

/** Copies what a package depends on, and so on. `staged` holds the folders that are done, and their copies. */
async function stagePackages(from: string, folder: string, staged: Map<string, string>): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  for (const name of dependenciesOf(manifest)) {
    const source = await packageFolder(name, from);
    if (staged.has(source)) continue;
    staged.set(source, name);
    // A package inside the folder of another one came with it.
    const isNested = source.startsWith(from + sep) && from !== ROOT;
    if (!isNested) {
      const target = join(folder, 'node_modules', name);
      const other = staged.get(target);
      if (other !== undefined)
        throw new Error(`expected one version of ${name}, found ${other} and ${source}`);
      staged.set(target, source);
      await cp(source, target, {
        recursive: true,
        filter: (path) => !/\.(?:map|d\.ts|d\.mts|d\.cts)$/.test(path),
      });
    }
    await stagePackages(source, folder, staged);
  }
}

function dependenciesOf(manifest: unknown): string[] {
  const field: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'dependencies') : undefined;
  return typeof field === 'object' && field !== null ? Object.keys(field) : [];
}

/** Where Node would find a package from a folder. */
async function packageFolder(name: string, from: string): Promise<string> {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const path of paths) {
    const folder = join(path, name);
    const found = await readFile(join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  throw new Error(`the package ${name}, needed by ${from}, is not installed`);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write('usage: node container/stage.ts <folder for the build context>\n');
    process.exitCode = 3;
  } else await stageContext(folder);
}
