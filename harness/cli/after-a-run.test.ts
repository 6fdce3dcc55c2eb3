import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandLine, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.remove());

describe('what follows from a run', () => {
  const DECISION = [
    '--reason',
    'The appliance goes in March',
    '--authority',
    'Operations',
    '--expires',
    '9999-12-31',
  ];
  const report = (...names: string[]) => join(cli.folder, 'mailspec-report', ...names);

  test('every report is derived again, the same to the octet', async () => {
    await cli.targets(REFERENCE);
    expect((await cli.mailspec('audit', 'bad', '--only', 'STLS-001', 'STLS-002')).code).toBe(1);
    const files = {
      json: 'results.json',
      junit: 'junit.xml',
      html: 'report.html',
      tap: 'results.tap',
      sarif: 'results.sarif',
      ctrf: 'ctrf-report.json',
      markdown: 'summary.md',
      github: 'annotations.txt',
      gitlab: 'code-quality.json',
    };
    for (const [format, file] of Object.entries(files)) {
      const { code, stdout } = await cli.mailspec('report', '--format', format);
      expect(code).toBe(0);
      expect(stdout).toBe(await readFile(report(file), 'utf8'));
    }
    const written = await cli.mailspec(
      'report',
      report('results.json'),
      '--format',
      'tap',
      '--out',
      'again.tap',
    );
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(join(cli.folder, 'again.tap'))).toEqual(await readFile(report('results.tap')));
  });

  test('the report for people is in the language that was asked for, also when it is derived again', async () => {
    await cli.targets(REFERENCE);
    const only = ['--only', 'STLS-001', '--profile', 'nist-sp-800-177r1'];
    expect((await cli.mailspec('audit', 'bad', '--language', 'ja', ...only)).code).toBe(1);
    const japanese = await readFile(report('report.html'), 'utf8');
    expect(japanese).toContain('<html lang="ja">');
    for (const words of ['不適合', '対処方法', 'smtpd_tls_security_level = may', '検証されていません'])
      expect(japanese).toContain(words);
    const again = (language: string) => cli.mailspec('report', '--format', 'html', '--language', language);
    expect((await again('ja')).stdout).toBe(japanese);
    expect((await again('en')).stdout).toContain('<html lang="en">');
    expect(await again('tlh')).toMatchObject({ code: 3, stderr: expect.stringContaining('en, ja') });
  });

  test('a record that was changed by hand is refused', async () => {
    await cli.targets(REFERENCE);
    await cli.mailspec('audit', 'bad', '--only', 'STLS-001');
    const text = await readFile(report('results.json'), 'utf8');
    await writeFile(report('results.json'), text.replaceAll('"verdict": "fail"', '"verdict": "pass"'));
    const { code, stderr } = await cli.mailspec('report', '--format', 'junit');
    expect(stderr).toContain('The record contradicts itself.');
    expect(code).toBe(3);
  });

  test('a finding that is expected is waived, and an entry that became stale fails the run', async () => {
    await cli.targets(REFERENCE);
    const only = ['--only', 'STLS-001'];
    expect((await cli.mailspec('audit', 'bad', ...only)).code).toBe(1);
    expect(await cli.mailspec('expect', ...DECISION)).toMatchObject({ code: 0 });
    expect(await cli.mailspec('expect', ...DECISION)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('The file exists'),
    });

    const waived = await cli.mailspec('audit', 'bad', ...only);
    expect(waived.code).toBe(0);
    expect(waived.stdout).toContain('waived until 9999-12-31 by Operations: The appliance goes in March');
    expect(waived.stdout).toContain('non-conformant in the profile baseline');
    for (const file of [
      'junit.xml',
      'report.html',
      'results.tap',
      'results.sarif',
      'ctrf-report.json',
      'summary.md',
    ])
      expect(await readFile(report(file), 'utf8')).toContain('The appliance goes in March');
    expect((await cli.mailspec('audit', 'bad', ...only, '--no-expected')).code).toBe(1);

    await writeFile(
      join(cli.folder, 'other.yaml'),
      (await readFile(join(cli.folder, 'mailspec-expected.yaml'), 'utf8')).replace('bad', 'good'),
    );
    const stale = await cli.mailspec('audit', 'good', ...only, '--expected', 'other.yaml');
    expect(stale.code).toBe(4);
    expect(stale.stdout).toContain('other.yaml:7:5: STLS-001 on good ended in pass, and fail is expected.');
  });

  test('a rerun repeats targets file and profile', async () => {
    await writeFile(join(cli.folder, 'our targets.yaml'), REFERENCE);
    const { stdout } = await cli.mailspec(
      'audit',
      'bad',
      '--targets',
      'our targets.yaml',
      '--profile',
      'rfc-strict',
      '--only',
      'STLS-001',
      '--verbose',
    );
    expect(stdout).toContain(
      "npx --no -- mailspec audit bad --only STLS-001 --targets 'our targets.yaml' --profile rfc-strict",
    );
  });

  test('two runs are compared', async () => {
    await cli.targets(REFERENCE.replaceAll('good', 'mail'));
    await cli.mailspec('audit', 'mail', '--only', 'STLS-001', 'STLS-002', '--out', 'before');
    await cli.targets(REFERENCE.replaceAll('bad', 'mail').replaceAll('good', 'other'));
    await cli.mailspec('audit', 'mail', '--only', 'STLS-001', '--out', 'after');
    const worse = await cli.mailspec('compare', 'before', 'after');
    expect(worse.stdout).toMatch(/Regressed \(1\)\n {2}STLS-001 mail: pass → fail/);
    expect(worse.stdout).toContain('The earlier run alone asked 1 check (1 pass); --verbose lists them.');
    expect(worse.stdout).not.toContain('STLS-002 mail');
    const listed = await cli.mailspec('compare', 'before', 'after', '--verbose');
    expect(listed.stdout).toMatch(/Gone \(1\)\n {2}STLS-002 mail: pass → absent/);
    expect(worse.code).toBe(1);
    const better = await cli.mailspec('compare', 'after', join('before', 'results.json'), '--json');
    const page = await cli.mailspec('compare', 'before', 'after', '--format', 'html', '--out', 'c.html');
    expect(page).toMatchObject({ code: 1, stdout: '' });
    expect(await readFile(join(cli.folder, 'c.html'), 'utf8')).toContain('Something regressed');
    const summary = await cli.mailspec('compare', 'before', 'after', '--format', 'markdown');
    expect(summary.stdout).toContain('## Regressed (1)');
    expect(await cli.mailspec('compare', 'before', 'after', '--format', 'pdf')).toMatchObject({ code: 3 });
    expect(JSON.parse(better.stdout).differences).toMatchObject([
      { change: 'fixed', check: 'STLS-001', before: 'fail', after: 'pass' },
      { change: 'new', check: 'STLS-002' },
    ]);
    expect(better.code).toBe(0);
  });

  test('an audit compares itself with an earlier run, also with the one in its own folder', async () => {
    await cli.targets(REFERENCE.replaceAll('good', 'mail'));
    const first = await cli.mailspec('audit', 'mail', '--only', 'STLS-001');
    expect(first.stdout).not.toContain('Since run');
    await cli.targets(REFERENCE.replaceAll('bad', 'mail').replaceAll('good', 'other'));
    const second = await cli.mailspec('audit', 'mail', '--only', 'STLS-001', '--since', 'mailspec-report');
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/Since run .*:\nRegressed \(1\)\n {2}STLS-001 mail: pass → fail/);
    expect(await readFile(report('comparison.md'), 'utf8')).toContain('## Regressed (1)');
    expect(await readFile(report('comparison.html'), 'utf8')).toContain('Something regressed');
    const third = await cli.mailspec('audit', 'mail', '--only', 'STLS-001');
    expect(third.stdout).not.toContain('Since run');
    await expect(readFile(report('comparison.md'), 'utf8')).rejects.toThrow('ENOENT');
    expect(await cli.mailspec('audit', 'mail', '--since', 'nowhere')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('nowhere: There is no such file.'),
    });
  });

  test.each([
    [
      'a record that is not there',
      ['report', 'nowhere', '--format', 'tap'],
      'nowhere: There is no such file.',
    ],
    ['a format that is none', ['report', '--format', 'pdf'], 'pdf'],
    ['no format', ['report'], '--format'],
    [
      'a day that is over',
      ['expect', '--reason', 'x', '--authority', 'x', '--expires', '2020-03-31'],
      '--expires must be a day to come; 2020-03-31 is over.',
    ],
    ['a decision of nobody', ['expect', '--reason', 'x', '--expires', '2027-01-01'], '--authority'],
    [
      'a day that is none',
      ['expect', '--reason', 'x', '--authority', 'x', '--expires', 'soon'],
      '--expires must be a date such as 2027-03-31',
    ],
    ['a file of expectations that is not there', ['audit', 'good', '--expected', 'no.yaml'], 'no.yaml:1:1:'],
    ['one run to compare', ['compare', 'a'], 'after'],
  ])('%s ends with a sentence and exit code 3', async (_, args, named) => {
    await cli.targets(REFERENCE);
    const { code, stderr } = await cli.mailspec(...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });
});
