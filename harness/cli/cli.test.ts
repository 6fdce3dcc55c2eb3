import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLI, type CommandLine, environment, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.remove());

test('--version says what runs', async () => {
  const { code, stdout } = await cli.mailspec('--version');
  expect(stdout).toMatch(/^mailspec \d+\.\d+\.\d+.*, Node \d+\.\d+\.\d+, OpenSSL \S+$/m);
  expect(code).toBe(0);
});

describe('bad input ends with a sentence and exit code 3', () => {
  test('no targets file', async () => {
    const { code, stderr } = await cli.mailspec('audit', 'good');
    expect(stderr).toContain('targets.yaml');
    expect(code).toBe(3);
  });

  test('a syntax error, with its place', async () => {
    await cli.targets('version: 1\ntargets: [\n');
    const { code, stderr } = await cli.mailspec('audit');
    expect(stderr).toMatch(/^targets\.yaml:\d+:\d+: /);
    expect(code).toBe(3);
  });

  test('an unknown key, with its place', async () => {
    await cli.targets('version: 1\ntargets:\n  good:\n    driver: reference\n    colour: red\n');
    const { code, stderr } = await cli.mailspec('audit', 'good');
    expect(stderr).toMatch(/^targets\.yaml:5:5: .*colour/);
    expect(code).toBe(3);
  });

  test('a wrong type, with its place', async () => {
    await cli.targets('version: 1\ntargets:\n  good:\n    driver: reference\n    faults: yes\n');
    const { code, stderr } = await cli.mailspec('audit', 'good');
    expect(stderr).toMatch(/^targets\.yaml:5:13: /);
    expect(code).toBe(3);
  });

  test('an unknown target, with a suggestion', async () => {
    await cli.targets(REFERENCE);
    const { code, stderr } = await cli.mailspec('audit', 'goood');
    expect(stderr).toContain('did you mean "good"?');
    expect(code).toBe(3);
  });

  test('an unset secret', async () => {
    await cli.targets(
      'version: 1\ntargets:\n  live:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 1 }\n    accounts:\n      - { address: a@example.test, password: env:MAILSPEC_TEST_UNSET }\n',
    );
    const { code, stderr } = await cli.mailspec('audit', 'live');
    expect(stderr).toContain('MAILSPEC_TEST_UNSET');
    expect(code).toBe(3);
  });

  test.each([
    ['an unknown check', ['--only', 'STLS-999'], 'STLS-999'],
    ['an unknown profile', ['--profile', 'nobody'], 'baseline'],
    ['an unknown option', ['--colour'], '--colour'],
    ['a number that is none', ['--concurrency', 'many'], 'whole number'],
  ])('%s', async (_, args, named) => {
    await cli.targets(REFERENCE);
    const { code, stderr } = await cli.mailspec('audit', 'good', ...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });

  test('nothing is written for a run that could not begin', async () => {
    await cli.targets(REFERENCE);
    await cli.mailspec('audit', 'nobody');
    expect(existsSync(join(cli.folder, 'mailspec-report', 'results.json'))).toBe(false);
  });
});

describe('a run', () => {
  test('of a good server is conformant, writes every report and ends with 0', async () => {
    await cli.targets(REFERENCE);
    const { code, stdout } = await cli.mailspec('audit', 'good', '--only', 'STLS-001', 'PTA-001');
    expect(stdout).toContain('conformant in the profile baseline');
    expect(code).toBe(0);
    expect((await readdir(join(cli.folder, 'mailspec-report'))).sort()).toEqual(
      [
        'annotations.txt',
        'code-quality.json',
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
    await cli.targets(REFERENCE);
    const { code, stdout } = await cli.mailspec(
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
    expect(stdout).toContain('STLS-001 high: Port 25 offers STARTTLS');
    expect(stdout).toContain('STARTTLS is listed');
    expect(stdout).toContain('npx --no -- mailspec audit bad --only STLS-001');
    expect(code).toBe(1);
    expect((await cli.record()).targets.map(({ name, conclusion }) => `${name} ${conclusion}`)).toEqual([
      'good conformant',
      'bad non-conformant',
    ]);
  });

  test('of a server that does not answer is undetermined and ends with 2', async () => {
    await cli.targets(
      'version: 1\ntargets:\n  dead:\n    driver: host\n    address: 127.0.0.1\n    mail-domain: example.test\n    host-name: mail.example.test\n    roles: { mx: 1 }\n    timing: { slack: 1s }\n',
    );
    const { code } = await cli.mailspec('audit', 'dead', '--only', 'STLS-001');
    expect(code).toBe(2);
    expect((await cli.record()).targets[0]?.results[0]).toMatchObject({
      verdict: 'inconclusive',
      cause: 'unreachable',
    });
  });

  test('with --strict counts warnings', async () => {
    await cli.targets(
      'version: 1\ntargets:\n  odd:\n    driver: reference\n    faults: [submissions-closed]\n',
    );
    expect((await cli.mailspec('audit', 'odd', '--only', 'STLS-002')).code).toBe(0);
    expect((await cli.mailspec('audit', 'odd', '--only', 'STLS-002', '--strict')).code).toBe(1);
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`that is ended by ${signal} leaves the journal of what it learned`, async () => {
      await cli.targets(REFERENCE);
      const child = spawn(process.execPath, [CLI, 'audit', 'good'], {
        cwd: cli.folder,
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
      const journal = await readFile(join(cli.folder, 'mailspec-report', 'journal', 'good.jsonl'), 'utf8');
      expect(journal.split('\n').length).toBeGreaterThan(1);
      if (signal === 'SIGKILL') return;
      expect(code).toBe(2);
      expect((await cli.record()).interrupted).not.toBeNull();
      expect((await cli.record()).counts['not-run']).toBeGreaterThan(0);
    });
  }
});

describe('colours', () => {
  const ESCAPE = '\u001b[';
  const summaryIn = async (more: Readonly<Record<string, string>>): Promise<string> => {
    await cli.targets(REFERENCE);
    const { code, stdout } = await cli.mailspecIn(more, 'audit', 'good', '--only', 'STLS-001');
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

describe('whoever reads the output may stop reading', () => {
  /** A command whose output nobody reads from the beginning. */
  const unread = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: cli.folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdout.destroy();
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, stderr };
  };

  test('of a list', async () => {
    expect(await unread('list', '--json')).toEqual({ code: 0, stderr: '' });
  });

  test('of an audit, which goes on, writes its reports and ends', async () => {
    await cli.targets(REFERENCE);
    expect(await unread('audit', 'good', '--only', 'STLS-001', '--out', 'unread')).toEqual({
      code: 0,
      stderr: '',
    });
    const record = await readFile(join(cli.folder, 'unread', 'results.json'), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ conclusion: 'conformant' });
  });
});
