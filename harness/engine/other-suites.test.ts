import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OtherSuite } from './other-suites.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/example-suite', import.meta.url));
const DESCRIPTION = 'prefix: SHOP\nslug: shop\ntopic: What the shop demands\nowner: The shop\n';

const MODULE = new URL('other-suites.ts', import.meta.url).href;

/** Loaded as Node loads it: Vitest resolves the imports of a test in its own way. Bodies of checks are left out. */
async function loadOtherSuites(folders: readonly string[]): Promise<readonly OtherSuite[]> {
  const program = `const { loadOtherSuites } = await import(${JSON.stringify(MODULE)});
    console.log(JSON.stringify(await loadOtherSuites(${JSON.stringify(folders)})));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-suites-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A check of JavaScript, as somebody who compiled their suite has it. */
const checkOf = (id: string) => `import { check } from 'mailspec/check';
export const one = check({ id: '${id}', slug: 'one', title: 'One', sends: 'nothing', demands: 'nothing', level: 'policy',
  severity: 'low', clauses: ['shop#1'], roles: ['mx'], needs: [], effect: 'reads', safety: 'safe', budget: '1s', kills: [] },
  async () => undefined);
`;

test('a suite lies anywhere, and imports the API by its name', async () => {
  await cp(EXAMPLE, folder, { recursive: true });
  const [other] = await loadOtherSuites([folder]);
  expect(other).toMatchObject({ gate: 'fail', suite: { prefix: 'ACME', owner: 'Acme Ltd' } });
  expect(other?.checks.map(({ definition, suite }) => [definition.id, suite])).toEqual([
    ['ACME-001', 'acme-house-rules'],
  ]);
});

test('a compiled suite, and two at a time', async () => {
  await writeFile(join(folder, 'suite.yaml'), `${DESCRIPTION}gate: info\n`);
  await writeFile(join(folder, 'one.check.js'), checkOf('SHOP-001'));
  const others = await loadOtherSuites([EXAMPLE, folder, EXAMPLE]);
  expect(others.map(({ suite, gate }) => [suite.slug, gate])).toEqual([
    ['acme-house-rules', 'fail'],
    ['shop', 'info'],
  ]);
});

test.each([
  [
    'a prefix of mailspec',
    DESCRIPTION.replace('SHOP', 'STLS'),
    'STLS-901',
    /The suite starttls has the prefix STLS; another/,
  ],
  [
    'a name of mailspec',
    DESCRIPTION.replace('slug: shop', 'slug: spf'),
    'SHOP-001',
    /The suite spf has the prefix SPF; another/,
  ],
  ['no owner', DESCRIPTION.replace('owner: The shop\n', ''), 'SHOP-001', /suite\.yaml: owner /],
  ['an unknown key', `${DESCRIPTION}colour: red\n`, 'SHOP-001', /suite\.yaml: .*colour/],
  [
    'a code of another suite',
    DESCRIPTION,
    'SPF-901',
    /The check SPF-901 has another prefix than its suite, which is SHOP\./,
  ],
])('%s is refused', async (_what, description, id, sentence) => {
  await writeFile(join(folder, 'suite.yaml'), description);
  await writeFile(join(folder, 'one.check.js'), checkOf(id));
  await expect(loadOtherSuites([folder])).rejects.toThrow(sentence);
});

test.each([
  [
    'a severity that is none',
    checkOf('SHOP-001').replace("'low'", "'middling'"),
    /one\.check\.js: SHOP-001: "severity" must be one of critical, high, medium, low, info, found "middling"\./,
  ],
  [
    'a budget that is none',
    checkOf('SHOP-001').replace("'1s'", "'soon'"),
    /one\.check\.js: It cannot be loaded: Expected a duration such as 8s/,
  ],
  [
    'a module that is not there',
    "import './gone.js';",
    /one\.check\.js: It cannot be loaded: Cannot find module/,
  ],
])('%s is told with its file', async (_what, code, sentence) => {
  await writeFile(join(folder, 'suite.yaml'), DESCRIPTION);
  await writeFile(join(folder, 'one.check.js'), code);
  await expect(loadOtherSuites([folder])).rejects.toThrow(sentence);
});

test('a folder without a description, and one without a check', async () => {
  await expect(loadOtherSuites([folder])).rejects.toThrow(
    /suite\.yaml: There is no such file; it says prefix/,
  );
  await writeFile(join(folder, 'suite.yaml'), DESCRIPTION);
  await expect(loadOtherSuites([folder])).rejects.toThrow(
    /No file named \*\.check\.ts or \*\.check\.js exports a check/,
  );
});

test('TypeScript beneath node_modules, which Node does not read', async () => {
  const inside = join(folder, 'node_modules', 'acme');
  await cp(EXAMPLE, inside, { recursive: true });
  await expect(loadOtherSuites([inside])).rejects.toThrow('Copy the folder out of it');
});
