import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openJsonSchema } from '../reports/consumers/json-schema.ts';
import type { Step } from './testing/action.ts';
import { holds } from './testing/expressions.ts';
import { unclosed } from './testing/groovy.ts';
import { CHECKOUT, openWorkspace, type Workspace } from './testing/shell.ts';

/** The examples of docs/ci.md that need nothing but the tarball, in their order. */
const PAGE = await readFile(join(CHECKOUT, 'docs/ci.md'), 'utf8');
const [, section = ''] = /\n## With the package alone\n([\s\S]*?)\n## /.exec(PAGE) ?? [];
const [github = '', gitlab = '', jenkins = ''] = [...section.matchAll(/```[a-z]+\n([\s\S]*?)```/g)].map(
  ([, block = '']) => block,
);
const INSTALL = 'install --no-save --loglevel=error --prefix .mailspec ./tools/mailspec-0.1.0.tgz';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.remove());

/** What npm would have installed, which asks one check alone; `shop` is one of the servers of the workspace. */
async function installFor(server: 'good' | 'bad' | 'silent'): Promise<void> {
  const bin = join(workspace.folder, '.mailspec/node_modules/.bin');
  await mkdir(bin, { recursive: true });
  const cli = join(CHECKOUT, 'harness/cli/mailspec.mjs');
  const script = `#!/bin/sh\nexec node ${cli} "$@" --only STLS-001\n`;
  await writeFile(join(bin, 'mailspec'), script, { mode: 0o755 });
  const targets = join(workspace.folder, 'targets.yaml');
  const text = await readFile(targets, 'utf8');
  await writeFile(targets, text.replace(`  ${server}:`, '  shop:'));
}

const report = (file: string) => readFile(join(workspace.folder, 'mailspec-report', file), 'utf8');

describe('GitHub with the package alone', () => {
  test.each([
    ['good', false],
    ['bad', true],
  ] as const)('audits a %s server and shows what was found', async (server, fails) => {
    await installFor(server);
    const { steps }: { steps: readonly Step[] } = parse(github).jobs.audit;
    const summary = join(workspace.folder, '.summary');
    const context = { inputs: {}, github: {}, steps: new Map() };
    let isFailing = false;
    for (const { if: condition, run, uses } of steps) {
      if (!holds(condition, context, isFailing)) continue;
      expect(uses ?? 'actions/a@v4').toMatch(/^actions\/[a-z-]+@v\d+$/);
      if (run === undefined) continue;
      const { code } = await workspace.run(run, { GITHUB_STEP_SUMMARY: summary });
      if (code !== 0) isFailing = true;
    }
    expect(isFailing).toBe(fails);
    expect(await workspace.npmCalls()).toEqual([`${workspace.folder}: ${INSTALL}`]);
    expect(await readFile(summary, 'utf8')).toBe(await report('summary.md'));
  });
});

describe('GitLab with the package alone', () => {
  test('has a job that its schema takes, and that ends as mailspec ends', async () => {
    const schema = await openJsonSchema('gitlab-ci');
    const file = parse(gitlab);
    expect(schema.problems(JSON.stringify(file))).toEqual([]);
    await installFor('bad');
    const { code } = await workspace.run(file.mailspec.script.join('\n'), {}, ['sh', '-e']);
    expect(code).toBe(1);
    expect(await workspace.npmCalls()).toEqual([`${workspace.folder}: ${INSTALL}`]);
    for (const path of Object.values(file.mailspec.artifacts.reports))
      expect(await readFile(join(workspace.folder, String(path)), 'utf8')).toContain('STLS-001');
  });
});

describe('Jenkins with the package alone', () => {
  test('has a pipeline whose brackets are closed, and scripts that end as mailspec ends', async () => {
    expect(unclosed(jenkins)).toEqual([]);
    const scripts = [...jenkins.matchAll(/(?:\bsh |script: )'([^']*)'/g)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(2);
    await installFor('silent');
    let code: number | null = null;
    for (const script of scripts) ({ code } = await workspace.run(script, {}, ['sh', '-xe']));
    expect(code).toBe(2);
    expect(await workspace.npmCalls()).toEqual([`${workspace.folder}: ${INSTALL}`]);
    expect(await report('junit.xml')).toContain('STLS-001');
  });
});
