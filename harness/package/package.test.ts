import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { loadChecks } from '../engine/load.ts';
import { isShipped } from './contents.ts';
import { withPlacesOf } from './workspace-imports.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
/** What a checkout links into its own packages, and an installation does not have. */
const WORKSPACES = ['net-mocks', 'mailspec'];

let folder: string;
let installed: string;

/** Packs the project, and puts what the tarball holds beside the packages of this checkout, as npm would. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-package-'));
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: PROJECT });
  const [tarball = ''] = await readdir(folder);
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  const modules = join(folder, 'node_modules');
  installed = join(modules, 'mailspec');
  await mkdir(modules);
  await rename(join(folder, 'package'), installed);
  for (const name of await readdir(join(PROJECT, 'node_modules'))) {
    if (name.startsWith('.') || WORKSPACES.includes(name)) continue;
    await symlink(join(PROJECT, 'node_modules', name), join(modules, name));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function mailspec(...args: readonly string[]) {
  return run(process.execPath, [join(installed, 'harness/cli/mailspec.mjs'), ...args], { cwd: folder });
}

test('the package holds no test, no image and no TypeScript but types', async () => {
  const files = await readdir(installed, { recursive: true });
  expect(
    files.filter(
      (file) =>
        !file.startsWith('docs/') && /(?<!\.d)\.ts$|\.test\.|images\/|bench\/|proof\/|sabotage\//.test(file),
    ),
  ).toEqual([]);
  for (const file of ['CHANGELOG.md', 'LICENSE', 'README.md', 'targets.schema.json'])
    expect(files).toContain(file);
});

test('every link of its documents leads to a file of the package', async () => {
  const files = (await readdir(installed, { recursive: true })).filter(
    (file) => !file.includes('node_modules'),
  );
  const pages = files.filter((file) => file.endsWith('.md'));
  expect(pages).toContain('README.md');
  const lost = await Promise.all(
    pages.map(async (page) => {
      const text = await readFile(join(installed, page), 'utf8');
      const links = [...text.matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)].map(([, link = '']) => link);
      return links
        .filter((link) => !files.includes(join(page, '..', link)))
        .map((link) => `${page}: ${link}`);
    }),
  );
  expect(lost.flat()).toEqual([]);
});

test('an installed mailspec audits, and its record says what that of a checkout says', async () => {
  const { stdout } = await mailspec(
    'audit',
    'reference',
    '--only',
    'STLS-011',
    'MSG-004',
    'SPF-025',
    'SUB-001',
  );
  expect(stdout).toContain('conformant');
  const record: RunRecord = JSON.parse(await readFile(join(folder, 'mailspec-report/results.json'), 'utf8'));
  const results = record.targets.flatMap((target) => target.results);
  const checks = await loadChecks(join(PROJECT, 'suites'));
  expect(results).toHaveLength(4);
  for (const { check, source, verdict } of results) {
    expect(verdict).toBe('pass');
    expect(source).toEqual(checks.find(({ definition }) => definition.id === check)?.source);
  }
  expect(record.tool.commit).toBe(
    (await run('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: PROJECT })).stdout.trim(),
  );
  expect(await readFile(join(folder, 'mailspec-report/report.html'), 'utf8')).toContain('STLS-011');
});

test('every check of the project is in the package', async () => {
  const { stdout } = await mailspec('list', '--json');
  const checks = await loadChecks(join(PROJECT, 'suites'));
  for (const { definition } of checks) expect(stdout).toContain(`"${definition.id}"`);
});

test('the authors of other suites find the API and its types', async () => {
  const file = join(folder, 'author.mjs');
  await writeFile(
    file,
    "import { check } from 'mailspec/check';\nimport { openPop3 } from 'mailspec/steps/pop3-login';\nconsole.log(typeof check, typeof openPop3);\n",
  );
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  expect(stdout.trim()).toBe('function function');
  expect(existsSync(join(installed, 'dist/harness/check/check.d.ts'))).toBe(true);
});

test('the context of the lab is complete', async () => {
  const stage = join(installed, 'dist/harness/net-mocks/container/stage.js');
  const context = join(folder, 'context');
  await run(process.execPath, [stage, context]);
  const files = await readdir(context);
  expect(files).toContain('main.js');
  const { dependencies }: { dependencies: object } = createRequire(join(context, 'package.json'))(
    './package.json',
  );
  for (const name of Object.keys(dependencies))
    expect(existsSync(join(context, 'node_modules', name))).toBe(true);
});

/** A Node on the path that cannot read TypeScript; undefined where there is none. */
const older = await (async () => {
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(place, 'node');
    if (!existsSync(path)) continue;
    const { stdout } = await run(path, ['-p', 'process.versions.node']);
    if (Number.parseInt(stdout, 10) < 24) return path;
  }
  return undefined;
})();

// Where the only Node is a new one, nothing has to be started again.
test.skipIf(older === undefined)(
  'an older Node starts the package under the one that came with it',
  async () => {
    const cli = join(installed, 'harness/cli/mailspec.mjs');
    const { stdout } = await run(older ?? '', [cli, '--version'], { cwd: folder });
    expect(stdout).toMatch(/^mailspec \d+\.\d+\.\d+ .*Node 2[4-9]\./);
  },
);

test('data is taken over, and neither sources nor what tests need', () => {
  expect(isShipped('suites/catalog/explains.yaml')).toBe(true);
  expect(isShipped('harness/lab/sidecar/take-addresses.pl')).toBe(true);
  expect(isShipped('harness/check/check.ts')).toBe(false);
  expect(isShipped('harness/images/exim/Dockerfile')).toBe(false);
  expect(isShipped('harness/targets/testing/greeter/greet.pl')).toBe(false);
});

test('the workspace is imported by its place', () => {
  const placed = (code: string) => withPlacesOf('harness/net-mocks', 'harness/lab/a.js', code);
  expect(placed("import { createLab } from 'net-mocks';")).toBe(
    "import { createLab } from '../net-mocks/index.js';",
  );
  expect(placed("await import('net-mocks/container')")).toBe(
    "await import('../net-mocks/container/stage.js')",
  );
  expect(placed("const name = 'net-mocks';")).toBe("const name = 'net-mocks';");
});
