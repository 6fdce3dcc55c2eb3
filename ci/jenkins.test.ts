import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unclosed } from './testing/groovy.ts';
import { CHECKOUT, openWorkspace, type Workspace } from './testing/shell.ts';

const PIPELINE = await readFile(join(CHECKOUT, 'ci/Jenkinsfile'), 'utf8');

/** The scripts of `sh` between ''', where Groovy puts nothing in but what follows a backslash. */
const SCRIPTS = [...PIPELINE.matchAll(/'''([\s\S]*?)'''/g)].map(([, script = '']) =>
  // In ''' Groovy takes a backslash at the end of a line, and the line ends with it, away.
  script.replace(/\\\n/g, ''),
);
const DEFAULTS = Object.fromEntries(
  [...PIPELINE.matchAll(/(?:string|booleanParam)\(name: '(\w+)', defaultValue: '?(.*?)'?, /g)].map(
    ([, name = '', value = '']) => [name, value],
  ),
);

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.remove());

/** Runs the scripts in their order as Jenkins does, and gives the exit code of the last one. */
async function runPipeline(given: Readonly<Record<string, string>>): Promise<number | null> {
  let code: number | null = null;
  for (const script of SCRIPTS)
    ({ code } = await workspace.run(script, { ...DEFAULTS, MAILSPEC_CHECKOUT: CHECKOUT, ...given }, [
      'sh',
      '-xe',
    ]));
  return code;
}

test('no parameter goes through Groovy, and every one is used by a script', () => {
  expect(SCRIPTS).toHaveLength(2);
  expect(PIPELINE).not.toMatch(/"""|params\./);
  for (const name of Object.keys(DEFAULTS)) expect(SCRIPTS.join('')).toContain(`$${name}`);
});

test('braces and parentheses of the pipeline are closed', () => {
  expect(unclosed(PIPELINE)).toEqual([]);
  expect(unclosed('a { b( }')).not.toEqual([]);
});

test('the scripts install, audit, and end as mailspec ends', async () => {
  expect(await runPipeline({ MAILSPEC_TARGETS: 'good', MAILSPEC_ONLY: 'STLS-001 PTA-001' })).toBe(0);
  expect(await workspace.npmCalls()).toEqual([
    `${CHECKOUT}: ci --omit=dev --no-fund --no-audit --no-update-notifier`,
  ]);
  expect(await runPipeline({ MAILSPEC_TARGETS: 'bad', MAILSPEC_ONLY: 'STLS-001' })).toBe(1);
  expect(await readFile(join(workspace.folder, 'mailspec-report/junit.xml'), 'utf8')).toContain('<failure');
  expect(await runPipeline({ MAILSPEC_TARGETS: 'silent', MAILSPEC_ONLY: 'STLS-001' })).toBe(2);
  const strict = { MAILSPEC_STRICT: 'true', MAILSPEC_EXPECTED: 'none', MAILSPEC_SKIP: 'STLS-002' };
  expect(await runPipeline({ MAILSPEC_TARGETS: 'good', MAILSPEC_ONLY: 'STLS-001 STLS-002', ...strict })).toBe(
    0,
  );
  const record = await readFile(join(workspace.folder, 'mailspec-report/results.json'), 'utf8');
  expect(JSON.parse(record)).toMatchObject({
    profile: { strict: true },
    expectedFrom: null,
    selection: { skip: ['STLS-002'] },
  });
  expect(await runPipeline({ MAILSPEC_TARGETS: 'good', MAILSPEC_SINCE: 'no such file' })).toBe(3);
  expect(await runPipeline({ MAILSPEC_TARGETS: '$(touch forged) *' })).toBe(3);
  // The reports of an earlier build are gone, so that they are not shown for those of this one.
  await expect(readFile(join(workspace.folder, 'mailspec-report/junit.xml'))).rejects.toThrow();
  await expect(readFile(join(workspace.folder, 'forged'))).rejects.toThrow();
});
