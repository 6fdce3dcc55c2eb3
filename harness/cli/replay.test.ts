import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { type CommandLine, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
  await cli.targets(REFERENCE);
  await cli.mailspec('audit', 'good', 'bad', '--only', 'STLS-001', 'STLS-003', '--quiet');
  await cli.mailspec('audit', 'bad', '--only', 'STLS-001', '--quiet', '--out', 'other');
});
afterAll(() => cli.remove());

const evidence = () => join(cli.folder, 'other', 'evidence');

test('shows what was said and what did not hold, from the evidence', async () => {
  const { code, stdout } = await cli.mailspec('replay', 'stls-001', '--target', 'bad');
  expect(stdout).toMatch(/^✗ STLS-001 bad: Port 25 offers STARTTLS\n {2}fail: mx: STARTTLS is listed/);
  expect(stdout).toMatch(/\nFrom the evidence: \d+ events; sha256:[0-9a-f]{64} is right\.\n\n/);
  expect(stdout).toMatch(/ +0\.\d{3} {2}S #1 {3}clear 220 mail\.example\.test \S+\\r\\n\n/);
  expect(stdout).toMatch(/ {2}✗ violation {2}STARTTLS is listed — expected STARTTLS, found /);
  expect(code).toBe(0);
});

test.each([
  ['several targets', ['STLS-001'], 'STLS-001 was asked on good, bad; --target says which of them is meant.'],
  ['a target that is none', ['STLS-001', '--target', 'baad'], 'did you mean "bad"?'],
  [
    'a check that was not asked',
    ['other', 'STLS-003'],
    'STLS-003 was not asked: it is excluded by --only or --skip.',
  ],
  ['a code that is none', ['other', 'STLS-0O1'], 'did you mean "STLS-001"?'],
  ['a run that is none', ['nowhere', 'STLS-001'], 'nowhere: There is no such file.'],
  ['nothing', [], 'run-or-code'],
])('%s ends with a sentence and exit code 3', async (_, args, sentence) => {
  const { code, stderr } = await cli.mailspec('replay', ...args);
  expect(stderr).toContain(sentence);
  expect(code).toBe(3);
});

test('evidence that was changed is no evidence, and without it the record tells', async () => {
  const record: RunRecord = JSON.parse(await readFile(join(cli.folder, 'other', 'results.json'), 'utf8'));
  const file = record.targets[0]?.results.find(({ check }) => check === 'STLS-001')?.evidence?.file ?? '';
  await writeFile(join(evidence(), file), '{}\n');
  const changed = await cli.mailspec('replay', 'other', 'STLS-001');
  expect(changed).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('was changed after it was sealed'),
  });
  for (const command of [
    ['report', 'other', '--format', 'tap'],
    ['compare', 'other', 'mailspec-report'],
  ])
    expect((await cli.mailspec(...command)).stderr).toMatch(
      /^Warning: \S+ was changed after it was sealed \(its SHA-256 is [0-9a-f]{64}\); STLS-001 on bad rests on it\.\n$/,
    );
  await rm(evidence(), { recursive: true });
  const { code, stdout } = await cli.mailspec('replay', join('other', 'results.json'), 'STLS-001', '--all');
  expect(stdout).toContain(`From the record: its evidence ${file} is not there.`);
  expect(stdout).toContain('✗ violation');
  expect(code).toBe(0);
  expect((await cli.mailspec('report', 'other', '--format', 'tap')).stderr).toBe('');
});
