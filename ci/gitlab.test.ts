import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openJsonSchema } from '../reports/consumers/json-schema.ts';
import { CHECKOUT, openWorkspace, type Workspace } from './testing/shell.ts';

interface Template {
  readonly variables: Readonly<Record<string, { readonly value: string }>>;
  readonly mailspec: {
    readonly script: readonly string[];
    readonly allow_failure: { readonly exit_codes: readonly number[] };
    readonly artifacts: { readonly reports: Readonly<Record<string, string>> };
  };
}

const TEMPLATE: Template = parse(await readFile(join(CHECKOUT, 'ci/gitlab.yml'), 'utf8'));

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.remove());

/** Runs the script as GitLab's runner does: its entries one after the other, in a shell that ends at the first error. */
function runJob(shell: string, given: Readonly<Record<string, string>>) {
  const defaults = Object.entries(TEMPLATE.variables).map(([name, { value }]) => [name, value] as const);
  const env = { ...Object.fromEntries(defaults), MAILSPEC_CHECKOUT: CHECKOUT, ...given, GITLAB_CI: 'true' };
  const options = shell === 'bash' ? ['-eo', 'pipefail'] : ['-e'];
  return workspace.run(TEMPLATE.mailspec.script.join('\n'), env, [shell, ...options]);
}

test('its schema has nothing against the template', async () => {
  const schema = await openJsonSchema('gitlab-ci');
  expect(schema.problems(JSON.stringify(TEMPLATE))).toEqual([]);
  expect(schema.problems(JSON.stringify({ mailspec: { script: 7 } }))).not.toEqual([]);
});

test.each(['bash', 'sh'])('the script of the job audits a good and a bad server by %s', async (shell) => {
  const good = await runJob(shell, { MAILSPEC_TARGETS: 'good', MAILSPEC_ONLY: 'STLS-001 PTA-001' });
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(await workspace.npmCalls()).toEqual([
    `${CHECKOUT}: ci --omit=dev --no-fund --no-audit --no-update-notifier`,
  ]);
  const asked = { MAILSPEC_TARGETS: 'good bad', MAILSPEC_ONLY: 'STLS-001 PTA-001', MAILSPEC_SKIP: 'PTA-001' };
  expect((await runJob(shell, asked)).code).toBe(1);
  const { junit = '', codequality = '' } = TEMPLATE.mailspec.artifacts.reports;
  expect(await readFile(join(workspace.folder, junit), 'utf8')).toContain('<failure');
  expect(JSON.parse(await readFile(join(workspace.folder, codequality), 'utf8'))).toMatchObject([
    { check_name: 'STLS-001', location: { path: 'targets.yaml', lines: { begin: 5 } } },
  ]);
});

test('warnings, expected deviations and an earlier run are asked for by variables', async () => {
  const asked = { MAILSPEC_TARGETS: 'good', MAILSPEC_ONLY: 'STLS-001' };
  expect((await runJob('sh', { ...asked, MAILSPEC_STRICT: 'true', MAILSPEC_EXPECTED: 'none' })).code).toBe(0);
  const record = await readFile(join(workspace.folder, 'mailspec-report/results.json'), 'utf8');
  expect(JSON.parse(record)).toMatchObject({ profile: { strict: true }, expectedFrom: null });
  const since = await runJob('sh', { ...asked, MAILSPEC_SINCE: 'mailspec-report' });
  expect(since).toMatchObject({ code: 0, stdout: expect.stringContaining('Since run ') });
  for (const missing of ['MAILSPEC_EXPECTED', 'MAILSPEC_SINCE'])
    expect(await runJob('sh', { ...asked, [missing]: 'no such file' })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no such file'),
    });
});

test('a run that is undetermined fails the job, or is a failure that is allowed', async () => {
  const asked = { MAILSPEC_TARGETS: 'silent', MAILSPEC_ONLY: 'STLS-001' };
  expect((await runJob('sh', asked)).code).toBe(2);
  const { code } = await runJob('sh', { ...asked, MAILSPEC_ALLOW_UNDETERMINED: 'true' });
  expect(TEMPLATE.mailspec.allow_failure.exit_codes).toEqual([code]);
  expect((await runJob('sh', { ...asked, MAILSPEC_TARGETS: 'nobody' })).code).toBe(3);
});

test('what variables hold is split into words, and nothing more', async () => {
  const { code } = await runJob('sh', { MAILSPEC_TARGETS: '$(touch forged) * ; touch forged' });
  expect(code).toBe(3);
  await expect(readFile(join(workspace.folder, 'forged'))).rejects.toThrow();
});
