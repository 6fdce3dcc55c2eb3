import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJsonSchema } from '../reports/consumers/json-schema.ts';
import { readAction, runAction } from './testing/action.ts';
import { CHECKOUT, openWorkspace, type Workspace } from './testing/shell.ts';

/** Two checks that take no time. */
const ONLY = 'STLS-001\n  PTA-001';

describe('action.yml', () => {
  test('its schema has nothing against it, and every script says its shell', async () => {
    const schema = await openJsonSchema('github-action');
    const action = await readAction();
    expect(schema.problems(JSON.stringify(action))).toEqual([]);
    const { inputs: _none, ...rest } = action;
    const broken = { ...rest, runs: { ...rest.runs, steps: [{ run: 'true' }] } };
    expect(schema.problems(JSON.stringify(broken))).not.toEqual([]);
    for (const { run, shell } of action.runs.steps) expect(run === undefined || shell === 'bash').toBe(true);
  });

  test('no expression is part of a script, and every input is used', async () => {
    const { runs, inputs } = await readAction();
    for (const { run = '' } of runs.steps) expect(run).not.toContain('${{');
    const text = JSON.stringify(runs);
    for (const name of Object.keys(inputs)) expect(text).toContain(`inputs.${name} `);
  });

  test('no package is fetched by its name, and other actions are those of GitHub', async () => {
    const { runs } = await readAction();
    for (const { run = '' } of runs.steps) expect(run).not.toMatch(/\bnpx\b|npm (?:i|install|exec)\b/);
    const used = runs.steps.flatMap(({ uses }) => uses ?? []);
    for (const one of used) expect(one).toMatch(/^(?:actions|github)\/[a-z-]+(?:\/[a-z-]+)?@v\d+$/);
  });
});

describe('a run of the action', () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await openWorkspace();
  });
  afterEach(() => workspace.remove());

  test('of a good server installs, audits, shows, and uploads what was asked for', async () => {
    const run = await runAction(workspace, { targets: 'good', only: ONLY, 'upload-sarif': 'true' });
    expect(run.ended.get('audit')?.stderr).toBe('');
    expect(run.isFailing).toBe(false);
    expect(run.outputs).toMatchObject({
      conclusion: 'conformant',
      'exit-code': '0',
      'report-folder': 'mailspec-report',
    });
    expect(JSON.parse(run.outputs.counts ?? '')).toMatchObject({ pass: 2, fail: 0 });
    expect(await workspace.npmCalls()).toEqual([
      `${CHECKOUT}: ci --omit=dev --no-fund --no-audit --no-update-notifier`,
    ]);
    expect(run.summary).toBe(await readFile(join(workspace.folder, 'mailspec-report/summary.md'), 'utf8'));
    expect(run.ended.get('show')?.stdout).not.toMatch(/^::/m);
    expect(run.used).toEqual([
      {
        uses: 'github/codeql-action/upload-sarif@v3',
        with: { sarif_file: 'mailspec-report/settled.sarif' },
      },
      {
        uses: 'actions/upload-artifact@v4',
        with: { name: 'mailspec-report', path: 'mailspec-report' },
      },
    ]);
  });

  test('of a bad server annotates the declaration, uploads, and fails at the end', async () => {
    const run = await runAction(workspace, { targets: 'good bad', only: ONLY, out: 'the reports' });
    expect(run.isFailing).toBe(true);
    expect(run.ended.get('audit')?.code).toBe(0);
    expect(run.ended.get('conclude')?.code).toBe(1);
    expect(run.outputs).toMatchObject({ conclusion: 'non-conformant', 'exit-code': '1' });
    expect(run.ended.get('show')?.stdout).toMatch(
      /^::error title=bad%3A [a-z]+%2C STLS-001,file=targets\.yaml,line=5::/m,
    );
    expect(run.summary).toContain('# mailspec: non-conformant');
    expect(run.used.map(({ uses }) => uses)).toEqual(['actions/upload-artifact@v4']);
    expect(run.used[0]?.with.path).toBe('the reports');
  });

  test('that is undetermined fails only where it is asked to, and sends nothing to code scanning', async () => {
    const asked = { targets: 'silent', only: 'STLS-001', 'upload-sarif': 'true' };
    const strict = await runAction(workspace, asked);
    expect(strict.outputs).toMatchObject({ conclusion: 'undetermined', 'exit-code': '2' });
    expect(strict.isFailing).toBe(true);
    expect(strict.used.map(({ uses }) => uses)).toEqual(['actions/upload-artifact@v4']);
    expect(existsSync(join(workspace.folder, 'mailspec-report/settled.sarif'))).toBe(false);
    const lenient = await runAction(workspace, { ...asked, 'fail-on': 'non-conformant' });
    expect(lenient.outputs['exit-code']).toBe('2');
    expect(lenient.isFailing).toBe(false);
  });

  test('beside a bad server, a silent one is left out of what goes to code scanning', async () => {
    const run = await runAction(workspace, {
      targets: 'bad silent',
      only: 'STLS-001',
      'upload-sarif': 'true',
      'upload-reports': 'false',
    });
    expect(run.outputs['exit-code']).toBe('1');
    const { runs }: { runs: readonly { readonly properties: { readonly target: string } }[] } = JSON.parse(
      await readFile(join(workspace.folder, 'mailspec-report/settled.sarif'), 'utf8'),
    );
    expect(runs.map(({ properties }) => properties.target)).toEqual(['bad']);
    expect(run.used.map(({ uses }) => uses)).toEqual(['github/codeql-action/upload-sarif@v3']);
  });

  test('compares, is strict and leaves out as it is told', async () => {
    await runAction(workspace, { targets: 'good', only: ONLY, 'upload-reports': 'false' });
    const run = await runAction(workspace, {
      targets: 'good',
      only: ONLY,
      skip: 'PTA-001',
      strict: 'true',
      expected: 'none',
      since: 'mailspec-report',
      profile: 'rfc-strict',
    });
    expect(run.outputs['exit-code']).toBe('0');
    const folder = join(workspace.folder, 'mailspec-report');
    expect(existsSync(join(folder, 'comparison.md'))).toBe(true);
    expect(JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'))).toMatchObject({
      profile: { id: 'rfc-strict', strict: true },
      selection: { skip: ['PTA-001'] },
    });
  });

  test('that could not begin shows nothing of an earlier one', async () => {
    await runAction(workspace, { targets: 'bad', only: ONLY });
    const run = await runAction(workspace, { targets: 'nobody', only: ONLY, 'upload-sarif': 'true' });
    expect(run.isFailing).toBe(true);
    expect(run.outputs).toMatchObject({ conclusion: '', 'exit-code': '3', counts: '' });
    expect(run.used).toEqual([]);
    expect(run.summary).toBe('');
  });

  test.each([
    [{ strict: 'yes' }, 'true or false'],
    [{ 'fail-on': 'undetermined' }, 'must name non-conformant'],
    [{ 'fail-on': 'non-conformant nothing' }, 'fail-on knows'],
    [{ out: '' }, 'one folder'],
    [{ out: 'a\nconclusion=conformant' }, 'one folder'],
    [{ targets: 'good --out=/elsewhere' }, 'does not begin with a hyphen'],
    [{ only: '--expected=x' }, 'does not begin with a hyphen'],
  ])('with %j is refused before anything is audited', async (given, why) => {
    const run = await runAction(workspace, given);
    expect(run.ended.get('audit')).toMatchObject({ code: 3, stderr: expect.stringContaining(why) });
    expect(run.outputs).toMatchObject({ 'exit-code': '3', conclusion: '' });
    expect(run.isFailing).toBe(true);
  });

  test.each(['$(touch forged) `touch forged`', '"; touch forged; "*'])(
    'takes %j for a name, whatever input it comes by',
    async (text) => {
      for (const name of ['targets', 'only', 'skip', 'targets-file', 'profile', 'expected', 'since']) {
        const run = await runAction(workspace, { only: 'STLS-001', targets: 'good', [name]: text });
        expect({ name, code: run.outputs['exit-code'] }).toEqual({ name, code: '3' });
      }
      expect(existsSync(join(workspace.folder, 'forged'))).toBe(false);
    },
  );
});
