import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';
import { loadChecks } from '../engine/load.ts';
import { phaseOf } from '../engine/phase.ts';
import { shuffled } from '../model/seeded.ts';
import { SUITES_FOLDER } from './suites-folder.ts';
import { type CommandLine, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
  await cli.targets(REFERENCE);
});
afterEach(() => cli.remove());

const at = (...names: string[]) => join(cli.folder, ...names);
const record = async (folder: string): Promise<RunRecord> =>
  JSON.parse(await readFile(at(folder, 'results.json'), 'utf8'));
const asked = ({ targets }: RunRecord) =>
  targets.flatMap(({ name, results }) => results.map(({ check, verdict }) => `${name} ${check} ${verdict}`));

describe('--rerun', () => {
  const ONLY = ['--only', 'STLS-001', 'STLS-003', 'PTA-001'];

  test('asks again what failed, says that it is a part, and leaves the earlier run alone', async () => {
    await writeFile(at('ours.yaml'), REFERENCE);
    const options = ['--targets', 'ours.yaml', '--strict', '--no-expected'];
    expect((await cli.mailspec('audit', 'good', 'bad', ...ONLY, ...options)).code).toBe(1);
    const before = await record('mailspec-report');

    const again = await cli.mailspec('audit', '--rerun', 'mailspec-report');
    expect(again.stdout).toContain(
      `Run ${before.runId} left 1 of 6 checks failed or open; these are asked again, and nothing else.`,
    );
    expect(again.stdout).toContain(`This run is partial: it asked 1 of the 6 checks of run ${before.runId}`);
    expect(again.code).toBe(1);
    const part = await record('mailspec-rerun');
    expect(asked(part)).toEqual(['bad STLS-001 fail']);
    expect(part).toMatchObject({
      rerunOf: { runId: before.runId, checks: 1, of: 6 },
      profile: { id: before.profile.id, version: before.profile.version, strict: true },
      expectedFrom: null,
      targets: [{ declaredAt: { file: 'ours.yaml' } }],
    });
    expect(part.targets[0]?.notSelected).toContainEqual({
      check: 'STLS-003',
      why: 'excluded by --only or --skip',
      reason: 'selection',
    });
    for (const [file, words] of [
      ['summary.md', 'This run is partial: it asked 1 of the 6 checks'],
      ['report.html', '1 of the 6 checks of run'],
    ] as const)
      expect(await readFile(at('mailspec-rerun', file), 'utf8')).toContain(words);
    expect(await record('mailspec-report')).toEqual(before);
  });

  test('asks every target what it left, and what is mended passes', async () => {
    const other = REFERENCE.replace(
      '  good:\n    driver: reference\n',
      '  good:\n    driver: reference\n    faults: [pop3-omits-stls]\n',
    );
    await cli.targets(other);
    await cli.mailspec('audit', 'good', 'bad', ...ONLY);
    expect(
      asked(await record('mailspec-report'))
        .filter((one) => one.endsWith('fail'))
        .sort(),
    ).toEqual(['bad STLS-001 fail', 'good STLS-003 fail']);
    await cli.targets(REFERENCE.replace('    faults: [mx-omits-starttls]\n', ''));
    const again = await cli.mailspec(
      'audit',
      '--rerun',
      'mailspec-report/results.json',
      '--out',
      'part',
      '--quiet',
    );
    expect(again.stdout).toMatch(/^conformant in the profile \S+, partial: 2 of 6 checks, [\d.]+ s\n$/);
    expect(again.code).toBe(0);
    expect(asked(await record('part')).sort()).toEqual(['bad STLS-001 pass', 'good STLS-003 pass']);
  });

  test('narrows what was left by --only and --skip', async () => {
    await cli.mailspec('audit', 'bad', '--only', 'STLS-001', 'STLS-003');
    const none = await cli.mailspec('audit', '--rerun', 'mailspec-report', '--only', 'STLS-003');
    expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('choose nothing of what') });
    const one = await cli.mailspec('audit', '--rerun', 'mailspec-report', '--only', 'starttls');
    expect(one.stdout).toContain('left 1 of 2 checks failed or open; these are asked again');
    expect(one.code).toBe(1);
  });

  test('asks nothing where nothing is left, and ends as the earlier run did', async () => {
    await cli.mailspec('audit', 'good', 'bad', '--only', 'STLS-001');
    const good = await cli.mailspec('audit', 'good', '--rerun', 'mailspec-report');
    expect(good.stdout).toMatch(
      /^Run \S+ left nothing failed or open on good, so nothing is asked again; this ends as that run did, with 0\.\n$/,
    );
    expect(good.code).toBe(0);
    expect(existsSync(at('mailspec-rerun'))).toBe(false);
    expect(await cli.mailspec('audit', 'goood', '--rerun', 'mailspec-report')).toMatchObject({
      code: 3,
      stderr: 'The run in mailspec-report has no target "goood"; did you mean "good"?\n',
    });
    expect(await cli.mailspec('audit', '--rerun', 'nowhere')).toMatchObject({ code: 3 });
  });

  test('does not make an earlier run better where its expectations are stale', async () => {
    await writeFile(
      at('mailspec-expected.yaml'),
      'version: 1\nexpected:\n  - { target: good, check: STLS-001, reason: r, authority: a, expires: 9999-12-31 }\n',
    );
    expect((await cli.mailspec('audit', 'good', '--only', 'STLS-001')).code).toBe(4);
    expect((await cli.mailspec('audit', '--rerun', 'mailspec-report')).code).toBe(4);
  });
});

describe('--quiet', () => {
  test('prints the conclusion alone, and every report is written', async () => {
    const { code, stdout } = await cli.mailspec('audit', 'bad', '--only', 'STLS-001', '--quiet');
    expect(stdout).toMatch(/^non-conformant in the profile baseline@\S+, [\d.]+ s\n$/);
    expect(code).toBe(1);
    expect(existsSync(at('mailspec-report', 'report.html'))).toBe(true);
    const since = await cli.mailspec(
      'audit',
      'bad',
      '--only',
      'STLS-001',
      '--quiet',
      '--since',
      'mailspec-report',
    );
    expect(since.stdout.split('\n')).toHaveLength(2);
    expect(existsSync(at('mailspec-report', 'comparison.md'))).toBe(true);
  });

  test('and --verbose exclude each other', async () => {
    const { code, stderr } = await cli.mailspec('audit', 'bad', '--quiet', '--verbose');
    expect(stderr).toContain("'--quiet' cannot be used with option '--verbose'");
    expect(code).toBe(3);
  });
});

describe('--repeat', () => {
  test('audits several times, keeps the reports of each, and says what wavered', async () => {
    const { code, stdout } = await cli.mailspec(
      'audit',
      'bad',
      '--only',
      'STLS-001',
      'STLS-003',
      '--repeat',
      '3',
      '--seed',
      '7',
    );
    expect(stdout).toContain('Run 2 of 3, order of seed 8\n');
    expect(stdout).toContain('Run 3 of 3, order of seed 9, one check at a time\n');
    expect(stdout).toContain(
      'No verdict wavered: 2 checks ended alike in 3 runs, in 3 orders (seeds 7, 8, 9), one check at a time in run 3; exit code 1.',
    );
    expect(code).toBe(1);
    const stability = JSON.parse(await readFile(at('mailspec-report', 'stability.json'), 'utf8'));
    expect(stability).toMatchObject({ checks: 2, wavering: [], exitCode: 1 });
    const ids = await Promise.all(
      ['1', '2', '3'].map(async (one) => (await record(`mailspec-report/${one}`)).runId),
    );
    expect(new Set(ids).size).toBe(3);
    expect(stability.runs.map(({ runId }: { runId: string }) => runId)).toEqual(ids);
    expect(stability.runs.map(({ order }: Pick<RunRecord, 'order'>) => order)).toEqual([
      { seed: 7, isInTurn: false },
      { seed: 8, isInTurn: false },
      { seed: 9, isInTurn: true },
    ]);

    const fewer = await cli.mailspec('audit', 'good', '--only', 'STLS-001', '--repeat', '2', '--quiet');
    expect(fewer).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^No verdict wavered: 1 check ended alike in 2 runs, in 2 orders \(seeds \d+, \d+\), always side by side; exit code 0\.\n$/,
      ),
    });
    expect(existsSync(at('mailspec-report', '3'))).toBe(false);
  });

  test('takes the checks in the order of its seed, and in the last of three runs one at a time', async () => {
    await cli.mailspec('audit', 'good', '--only', 'STLS-00*', '--repeat', '3', '--seed', '40', '--quiet');
    const last = await record('mailspec-report/3');
    expect(last.order).toEqual({ seed: 42, isInTurn: true });
    const results = (last.targets[0]?.results ?? [])
      .map(({ check, startedAt, durationMs }) => ({ check, from: Date.parse(startedAt), durationMs }))
      .sort((one, other) => one.from - other.from);
    const codes: readonly string[] = results.map(({ check }) => check);
    const asked = shuffled(await loadChecks(SUITES_FOLDER), 42)
      .filter(({ definition }) => codes.includes(definition.id))
      .sort((one, other) => phaseOf(one) - phaseOf(other))
      .map(({ definition }) => definition.id);
    expect(codes.length).toBeGreaterThan(4);
    expect(codes).toEqual(asked);
    expect(codes).not.toEqual([...codes].sort());
    for (const [index, { from }] of results.entries()) {
      const before = results[index - 1];
      // Moments are cut to whole milliseconds.
      if (before) expect(from + 1).toBeGreaterThanOrEqual(before.from + Math.floor(before.durationMs));
    }
  });

  test('alone, --seed gives one run its order', async () => {
    await cli.mailspec('audit', 'good', '--only', 'STLS-001', '--seed', '5', '--quiet');
    expect((await record('mailspec-report')).order).toEqual({ seed: 5, isInTurn: false });
    await cli.mailspec('audit', 'good', '--only', 'STLS-001', '--quiet');
    expect((await record('mailspec-report')).order).toBeUndefined();
  });

  test.each([
    ['a seed that is none', ['--seed', '-1'], 'whole number below'],
    ['no number', ['--repeat', 'often'], 'whole number'],
    ['a comparison of one run', ['--repeat', '2', '--since', 'mailspec-report'], 'cannot be used with'],
  ])('is refused with %s', async (_, args, named) => {
    const { code, stderr } = await cli.mailspec('audit', 'good', ...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });
});
