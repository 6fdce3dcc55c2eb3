import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/example-suite', import.meta.url));

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
  await cp(EXAMPLE, join(cli.folder, 'house-rules'), { recursive: true });
});
afterAll(() => cli.remove());

const report = (file: string) => readFile(join(cli.folder, 'mailspec-report', file), 'utf8');

test('the targets file names a suite, which counts in every profile, and reports say whose it is', async () => {
  await cli.targets('version: 1\nsuites: [house-rules]\ntargets:\n  good:\n    driver: reference\n');
  const { code, stdout } = await cli.mailspec('audit', '--only', 'acme-house-rules', 'STLS-001');
  expect(code, stdout).toBe(0);
  const record = await cli.record();
  expect(record.suites).toEqual([
    {
      prefix: 'ACME',
      slug: 'acme-house-rules',
      topic: 'House rules of Acme for mail servers',
      owner: 'Acme Ltd',
    },
  ]);
  const results = record.targets.flatMap((target) => target.results);
  expect(results.map(({ check, verdict, gate }) => [check, verdict, gate])).toEqual([
    ['STLS-001', 'pass', 'fail'],
    ['ACME-001', 'pass', 'fail'],
  ]);
  expect(results.at(-1)?.source).toEqual({ file: 'house-rules/greeting.check.ts', line: 3 });
  expect(await report('report.html')).toContain('House rules of Acme for mail servers (Acme Ltd)');
  expect(await report('junit.xml')).toContain('good acme-house-rules');
  expect(await report('summary.md')).toContain(
    'acme-house-rules: House rules of Acme for mail servers (Acme Ltd)',
  );
});

test('the command line names it, with a profile of its own, and a rerun says so', async () => {
  await cli.targets('version: 1\ntargets:\n  good:\n    driver: reference\n');
  const { code, stdout } = await cli.mailspec('audit', '--suites', 'house-rules', '--profile', 'acme');
  expect(code, stdout).toBe(0);
  const [target] = (await cli.record()).targets;
  expect(target?.results.map(({ check }) => check)).toEqual(['STLS-001', 'STLS-011', 'ACME-001']);
  expect(target?.results[0]?.rerun).toMatch(/ --profile acme --suites house-rules$/);
});

test('a run that asks again knows the suites of the earlier one, and their codes', async () => {
  await cli.targets(
    'version: 1\ntargets:\n  bad:\n    driver: reference\n    faults: [smtp-greets-with-version]\n',
  );
  const first = await cli.mailspec('audit', '--suites', 'house-rules', '--only', 'ACME-001', 'STLS-001');
  expect(first.code, first.stdout).toBe(1);
  const again = await cli.mailspec('audit', '--rerun', 'mailspec-report', '--only', 'ACME-*');
  expect(again.stdout).toContain('left 1 of 2 checks failed or open; these are asked again');
  expect(again.code, again.stdout).toBe(1);
});

test('the catalogue shows them where they are named', async () => {
  const list = await cli.mailspec('list', '--suites', 'house-rules', '--suite', 'acme-house-rules');
  expect(list.stdout).toMatch(
    /^acme-house-rules: House rules of Acme for mail servers \(Acme Ltd\)\n {2}ACME-001 /,
  );
  const one = await cli.mailspec('explain', 'acme-001', '--suites', 'house-rules');
  expect(one.stdout).toContain('The greeting of port 25 names no product and no version');
  expect(one.stdout).toMatch(/baseline +fail \(by "gate" of its suite; the profile does not name it\)\n/);
  expect(one.stdout).toMatch(/acme +fail\n/);
  expect(one.stdout).not.toContain('not part of it');
  const counted = await cli.mailspec(
    'list',
    '--suites',
    'house-rules',
    '--profile',
    'baseline',
    '--suite',
    'acme-house-rules',
  );
  expect(counted.stdout).toMatch(/ACME-001 +policy low +fail /);
  expect((await cli.mailspec('explain', 'ACME-001')).code).toBe(3);
});
