import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../reports/model/record.ts';

const CLI = fileURLToPath(new URL('mailspec.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The environment of the tests without what asks for colours or forbids them; `more` says what a test wants. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  return { ...rest, ...more };
}

function mailspec(...args: readonly string[]): Promise<Ended> {
  return mailspecIn({ NO_COLOR: '1' }, ...args);
}

function mailspecIn(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd: folder, maxBuffer: 64 * 1_048_576, env: environment(more) },
      (failure, stdout, stderr) => {
        resolve({
          code: typeof failure?.code === 'number' ? failure.code : failure ? null : 0,
          stdout,
          stderr,
        });
      },
    );
  });
}

async function targets(text: string): Promise<void> {
  await writeFile(join(folder, 'targets.yaml'), text);
}

const REFERENCE =
  'version: 1\ntargets:\n  good:\n    driver: reference\n  bad:\n    driver: reference\n    faults: [mx-omits-starttls]\n';

describe('bad input ends with a sentence and exit code 3', () => {
  test('no targets file', async () => {
    const { code, stderr } = await mailspec('audit', 'good');
    expect(stderr).toContain('targets.yaml');
    expect(code).toBe(3);
  });

  test('a syntax error, with its place', async () => {
    await targets('version: 1\ntargets: [\n');
    const { code, stderr } = await mailspec('audit');
    expect(stderr).toMatch(/^targets\.yaml:\d+:\d+: /);
    expect(code).toBe(3);
  });

  test('an unknown key, with its place', async () => {
    await targets('version: 1\ntargets:\n  good:\n    driver: reference\n    colour: red\n');
    const { code, stderr } = await mailspec('audit', 'good');
    expect(stderr).toMatch(/^targets\.yaml:5:5: .*colour/);
    expect(code).toBe(3);
  });

  test('a wrong type, with its place', async () => {
    await targets('version: 1\ntargets:\n  good:\n    driver: reference\n    faults: yes\n');
    const { code, stderr } = await mailspec('audit', 'good');
    expect(stderr).toMatch(/^targets\.yaml:5:13: /);
    expect(code).toBe(3);
  });

  test('an unknown target, with a suggestion', async () => {
    await targets(REFERENCE);
    const { code, stderr } = await mailspec('audit', 'goood');
    expect(stderr).toContain('did you mean "good"?');
    expect(code).toBe(3);
  });

  test('an unset secret', async () => {
    await targets(
      'version: 1\ntargets:\n  live:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 1 }\n    accounts:\n      - { address: a@example.test, password: env:MAILSPEC_TEST_UNSET }\n',
    );
    const { code, stderr } = await mailspec('audit', 'live');
    expect(stderr).toContain('MAILSPEC_TEST_UNSET');
    expect(code).toBe(3);
  });

  test.each([
    ['an unknown check', ['--only', 'STLS-999'], 'STLS-999'],
    ['an unknown profile', ['--profile', 'nobody'], 'baseline'],
    ['an unknown option', ['--colour'], '--colour'],
    ['a number that is none', ['--concurrency', 'many'], 'whole number'],
  ])('%s', async (_, args, named) => {
    await targets(REFERENCE);
    const { code, stderr } = await mailspec('audit', 'good', ...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });

  test('nothing is written for a run that could not begin', async () => {
    await targets(REFERENCE);
    await mailspec('audit', 'nobody');
    expect(existsSync(join(folder, 'mailspec-report', 'results.json'))).toBe(false);
  });
});

describe('a run', () => {
  const record = async (): Promise<RunRecord> =>
    JSON.parse(await readFile(join(folder, 'mailspec-report', 'results.json'), 'utf8'));

  test('of a good server is conformant, writes every report and ends with 0', async () => {
    await targets(REFERENCE);
    const { code, stdout } = await mailspec('audit', 'good', '--only', 'STLS-001', 'PTA-001');
    expect(stdout).toContain('conformant in the profile baseline');
    expect(code).toBe(0);
    expect((await readdir(join(folder, 'mailspec-report'))).sort()).toEqual(
      [
        'ctrf-report.json',
        'evidence',
        'journal',
        'junit.xml',
        'report.html',
        'results.json',
        'results.sarif',
        'results.tap',
        'summary.md',
      ].sort(),
    );
  });

  test('of a bad server names the finding, its reason and the command that reruns it, and ends with 1', async () => {
    await targets(REFERENCE);
    const { code, stdout } = await mailspec(
      'audit',
      'good',
      'bad',
      '--only',
      'starttls',
      '--skip',
      'STLS-011',
      'STLS-012',
      'STLS-013',
    );
    expect(stdout).toContain('STLS-001 bad: Port 25 offers STARTTLS (high)');
    expect(stdout).toContain('npx mailspec audit bad --only STLS-001');
    expect(code).toBe(1);
    expect((await record()).targets.map(({ name, conclusion }) => `${name} ${conclusion}`)).toEqual([
      'good conformant',
      'bad non-conformant',
    ]);
  });

  test('of a server that does not answer is undetermined and ends with 2', async () => {
    await targets(
      'version: 1\ntargets:\n  dead:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 1 }\n    timing: { slack: 1s }\n',
    );
    const { code } = await mailspec('audit', 'dead', '--only', 'STLS-001');
    expect(code).toBe(2);
    expect((await record()).targets[0]?.results[0]).toMatchObject({
      verdict: 'inconclusive',
      cause: 'unreachable',
    });
  });

  test('with --strict counts warnings', async () => {
    await targets('version: 1\ntargets:\n  odd:\n    driver: reference\n    faults: [submissions-closed]\n');
    expect((await mailspec('audit', 'odd', '--only', 'STLS-002')).code).toBe(0);
    expect((await mailspec('audit', 'odd', '--only', 'STLS-002', '--strict')).code).toBe(1);
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`that is ended by ${signal} leaves the journal of what it learned`, async () => {
      await targets(REFERENCE);
      const child = spawn(process.execPath, [CLI, 'audit', 'good'], {
        cwd: folder,
        env: environment({ NO_COLOR: '1' }),
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes(' pass ')) resolve();
        });
      });
      child.kill(signal);
      const code = await ended;
      const journal = await readFile(join(folder, 'mailspec-report', 'journal', 'good.jsonl'), 'utf8');
      expect(journal.split('\n').length).toBeGreaterThan(1);
      if (signal === 'SIGKILL') return;
      expect(code).toBe(2);
      expect((await record()).interrupted).not.toBeNull();
      expect((await record()).counts['not-run']).toBeGreaterThan(0);
    });
  }
});

describe('what follows from a run', () => {
  const DECISION = [
    '--reason',
    'The appliance goes in March',
    '--authority',
    'Operations',
    '--expires',
    '9999-12-31',
  ];
  const report = (...names: string[]) => join(folder, 'mailspec-report', ...names);

  test('every report is derived again, the same to the octet', async () => {
    await targets(REFERENCE);
    expect((await mailspec('audit', 'bad', '--only', 'STLS-001', 'STLS-002')).code).toBe(1);
    const files = {
      json: 'results.json',
      junit: 'junit.xml',
      html: 'report.html',
      tap: 'results.tap',
      sarif: 'results.sarif',
      ctrf: 'ctrf-report.json',
      markdown: 'summary.md',
    };
    for (const [format, file] of Object.entries(files)) {
      const { code, stdout } = await mailspec('report', '--format', format);
      expect(code).toBe(0);
      expect(stdout).toBe(await readFile(report(file), 'utf8'));
    }
    const written = await mailspec('report', report('results.json'), '--format', 'tap', '--out', 'again.tap');
    expect(written).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(join(folder, 'again.tap'))).toEqual(await readFile(report('results.tap')));
  });

  test('a record that was changed by hand is refused', async () => {
    await targets(REFERENCE);
    await mailspec('audit', 'bad', '--only', 'STLS-001');
    const text = await readFile(report('results.json'), 'utf8');
    await writeFile(report('results.json'), text.replaceAll('"verdict": "fail"', '"verdict": "pass"'));
    const { code, stderr } = await mailspec('report', '--format', 'junit');
    expect(stderr).toContain('The record contradicts itself.');
    expect(code).toBe(3);
  });

  test('a finding that is expected is waived, and an entry that became stale fails the run', async () => {
    await targets(REFERENCE);
    const only = ['--only', 'STLS-001'];
    expect((await mailspec('audit', 'bad', ...only)).code).toBe(1);
    expect(await mailspec('expect', ...DECISION)).toMatchObject({ code: 0 });
    expect(await mailspec('expect', ...DECISION)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('The file exists'),
    });

    const waived = await mailspec('audit', 'bad', ...only);
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
    expect((await mailspec('audit', 'bad', ...only, '--no-expected')).code).toBe(1);

    await writeFile(
      join(folder, 'other.yaml'),
      (await readFile(join(folder, 'mailspec-expected.yaml'), 'utf8')).replace('bad', 'good'),
    );
    const stale = await mailspec('audit', 'good', ...only, '--expected', 'other.yaml');
    expect(stale.code).toBe(4);
    expect(stale.stdout).toContain('other.yaml:7:5: STLS-001 on good ended in pass, and fail is expected.');
  });

  test('a rerun repeats targets file and profile', async () => {
    await writeFile(join(folder, 'our targets.yaml'), REFERENCE);
    const { stdout } = await mailspec(
      'audit',
      'bad',
      '--targets',
      'our targets.yaml',
      '--profile',
      'rfc-strict',
      '--only',
      'STLS-001',
    );
    expect(stdout).toContain(
      "npx mailspec audit bad --only STLS-001 --targets 'our targets.yaml' --profile rfc-strict",
    );
  });

  test('two runs are compared', async () => {
    await targets(REFERENCE.replaceAll('good', 'mail'));
    await mailspec('audit', 'mail', '--only', 'STLS-001', 'STLS-002', '--out', 'before');
    await targets(REFERENCE.replaceAll('bad', 'mail').replaceAll('good', 'other'));
    await mailspec('audit', 'mail', '--only', 'STLS-001', '--out', 'after');
    const worse = await mailspec('compare', 'before', 'after');
    expect(worse.stdout).toMatch(/Regressed \(1\)\n {2}STLS-001 mail: pass → fail/);
    expect(worse.stdout).toMatch(/Gone \(1\)\n {2}STLS-002 mail: pass → absent/);
    expect(worse.code).toBe(1);
    const better = await mailspec('compare', 'after', join('before', 'results.json'), '--json');
    expect(JSON.parse(better.stdout).differences).toMatchObject([
      { change: 'fixed', check: 'STLS-001', before: 'fail', after: 'pass' },
      { change: 'new', check: 'STLS-002' },
    ]);
    expect(better.code).toBe(0);
  });

  test.each([
    [
      'a record that is not there',
      ['report', 'nowhere', '--format', 'tap'],
      'nowhere: There is no such file.',
    ],
    ['a format that is none', ['report', '--format', 'pdf'], 'pdf'],
    ['no format', ['report'], '--format'],
    ['a decision without a reason', ['expect', '--authority', 'x', '--expires', '2027-01-01'], '--reason'],
    [
      'a day that is none',
      ['expect', '--reason', 'x', '--authority', 'x', '--expires', 'soon'],
      '--expires must be a date such as 2027-03-31',
    ],
    ['a file of expectations that is not there', ['audit', 'good', '--expected', 'no.yaml'], 'no.yaml:1:1:'],
    ['one run to compare', ['compare', 'a'], 'after'],
  ])('%s ends with a sentence and exit code 3', async (_, args, named) => {
    await targets(REFERENCE);
    const { code, stderr } = await mailspec(...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });
});

test('whoever reads the output may stop reading', async () => {
  const child = spawn(process.execPath, [CLI, 'list', '--json'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.destroy();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('the catalogue', () => {
  test('is listed whole, and by suite, profile and level', async () => {
    const all: { check: string; suite: string; level: string }[] = JSON.parse(
      (await mailspec('list', '--json')).stdout,
    );
    expect(all.length).toBeGreaterThan(150);
    const some: { check: string; gate: string }[] = JSON.parse(
      (await mailspec('list', '--json', '--suite', 'starttls', '--level', 'must', '--profile', 'baseline'))
        .stdout,
    );
    const due = all.filter(({ suite, level }) => suite === 'starttls' && level === 'MUST');
    expect(some.length).toBeGreaterThan(0);
    expect(due.map(({ check }) => check)).toEqual(expect.arrayContaining(some.map(({ check }) => check)));
    expect(some.every(({ gate }) => ['fail', 'warn', 'info'].includes(gate))).toBe(true);
    const { stdout } = await mailspec('list', '--suite', 'starttls');
    expect(stdout).toMatch(/^starttls: .*\n {2}STLS-001 /);
    expect(stdout).not.toContain('PTA-001');
  });

  test('explains a check: what, why, how strongly, in which profiles, proven by which faults, and where', async () => {
    const { code, stdout } = await mailspec('explain', 'stls-001');
    expect(code).toBe(0);
    for (const part of [
      'STLS-001',
      'Sends',
      'Demands',
      'RFC 3207 §3',
      'https://www.rfc-editor.org/rfc/rfc3207#section-3',
      'mx (25)',
      'rfc-strict',
      'fail mx-omits-starttls: ',
      'suites/starttls/',
      'npx mailspec audit <target> --only STLS-001',
    ])
      expect(stdout).toContain(part);
    expect(JSON.parse((await mailspec('explain', 'STLS-001', '--json')).stdout)).toMatchObject({
      check: 'STLS-001',
      suite: 'starttls',
    });
  });

  test.each([
    ['a code that is none', ['explain', 'STLS-0O1'], 'did you mean "STLS-001"?'],
    ['a suite that is none', ['list', '--suite', 'startls'], 'did you mean "starttls"?'],
    ['a level that is none', ['list', '--level', 'ought'], 'there are MUST, SHOULD, MAY, policy.'],
    ['a profile that is none', ['list', '--profile', 'nobody'], 'the profiles are'],
  ])('%s ends with a sentence and exit code 3', async (_, args, named) => {
    const { code, stderr } = await mailspec(...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });
});

describe('colours', () => {
  const ESCAPE = '\u001b[';
  const summaryIn = async (more: Readonly<Record<string, string>>): Promise<string> => {
    await targets(REFERENCE);
    const { code, stdout } = await mailspecIn(more, 'audit', 'good', '--only', 'STLS-001');
    expect(code).toBe(0);
    return stdout;
  };

  test('are left out where the output is no terminal', async () => {
    expect(await summaryIn({})).not.toContain(ESCAPE);
  });

  test('are used where FORCE_COLOR asks for them', async () => {
    expect(await summaryIn({ FORCE_COLOR: '1' })).toContain(ESCAPE);
  });

  test('are left out where NO_COLOR is set, whatever else is', async () => {
    expect(await summaryIn({ NO_COLOR: '1', FORCE_COLOR: '1', CI: 'true' })).not.toContain(ESCAPE);
  });
});
