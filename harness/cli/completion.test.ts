import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, environment, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
  await cli.targets(REFERENCE);
});
afterAll(() => cli.remove());

/** What a shell prints for a script; null where there is no such shell on this machine. */
function run(shell: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = { cwd: cli.folder, env: environment({ HOME: cli.folder }) };
    execFile(shell, args, options, (failure, stdout, stderr) => {
      if (failure && 'code' in failure && String(failure.code) === 'ENOENT') resolve(null);
      else if (failure) reject(new Error(stderr, { cause: failure }));
      else resolve(stdout);
    });
  });
}

const complete = async (...words: string[]) =>
  (await cli.mailspec('complete', '--', ...words)).stdout.split('\n').filter((line) => line !== '');

describe('what can stand next', () => {
  test.each([
    ['a command', ['rep'], ['report', 'replay']],
    ['an option of a command', ['audit', '--re'], ['--resolver', '--rerun', '--repeat']],
    ['an option of the program', ['--v'], ['--version']],
    ['a target', ['audit', 'good', ''], ['good', 'bad']],
    ['a target after an option without a value', ['audit', '--strict', 'b'], ['bad']],
    ['a target after an option with its value', ['audit', '--out', 'here', 'g'], ['good']],
    ['a code, in lower case too', ['audit', '--only', 'PTA-001', 'stls-001'], ['STLS-001']],
    ['a suite', ['audit', '--skip', 'startt'], ['starttls']],
    ['a suite of a list', ['list', '--suite', 'imap'], ['imap-core']],
    ['a profile', ['audit', '--profile', 'baseline'], ['baseline', 'baseline@2026.1']],
    ['a command of a command', ['profile', ''], ['list', 'diff']],
    [
      'a profile of a command of a command',
      ['profile', 'diff', 'nist', 'rfc'],
      ['rfc-strict', 'rfc-strict@2026.1'],
    ],
    ['an option of a command of a command', ['profile', 'diff', '--'], ['--json', '--help']],
    ['what can be permitted', ['audit', '--permit', 's'], ['safe', 'sends-mail']],
    ['a choice', ['report', '--format', 'm'], ['markdown']],
    ['a choice of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['a code to explain', ['explain', 'DMARC-001'], ['DMARC-001']],
    ['a target of a result', ['replay', 'STLS-001', '--target', ''], ['good', 'bad']],
    ['a file, of which the shell knows more', ['report', ''], []],
    ['a file after an option', ['audit', '--targets', ''], []],
    ['nothing after a command that is none', ['audti', ''], []],
  ])('%s', async (_, words, candidates) => {
    expect(await complete(...words)).toEqual(candidates);
  });

  test('is no target where the targets file has a mistake', async () => {
    expect(await complete('audit', '--targets', join(cli.folder, 'nowhere.yaml'), '')).toEqual([]);
  });

  test('is no hidden command', async () => {
    expect(await complete('')).not.toContain('complete');
  });
});

describe('the script', () => {
  test('completes in bash', async () => {
    const { stdout } = await cli.mailspec('completion', 'bash');
    const asked = `${stdout}
      COMP_WORDS=(mailspec audit --only STLS-001 startt); COMP_CWORD=4; _mailspec; printf '%s\\n' "\${COMPREPLY[@]}"
      COMP_WORDS=(mailspec audit ''); COMP_CWORD=2; _mailspec; printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p mailspec`;
    expect(await run('bash', ['--norc', '-c', asked])).toBe(
      'starttls\ngood\nbad\ncomplete -o default -F _mailspec mailspec\n',
    );
  });

  test('completes in zsh', async (context) => {
    const { stdout } = await cli.mailspec('completion', 'zsh');
    const asked = `compdef() { :; }; compadd() { shift; print -l -- $@; }; _files() { print files; }
      ${stdout}
      words=(mailspec audit --only STLS-001 startt); CURRENT=5; _mailspec
      words=(mailspec audit ''); CURRENT=3; _mailspec
      words=(mailspec report ''); CURRENT=3; _mailspec`;
    const printed = await run('zsh', ['-f', '-c', asked]);
    if (printed === null) context.skip('zsh is not installed');
    expect(printed).toBe('starttls\ngood\nbad\nfiles\n');
  });

  test('completes in fish', async (context) => {
    const { stdout } = await cli.mailspec('completion', 'fish');
    const asked = `${stdout}
      complete -C 'mailspec audit --only STLS-001 startt'
      complete -C 'mailspec audit '`;
    const printed = await run('fish', ['--no-config', '-c', asked]);
    if (printed === null) context.skip('fish is not installed');
    expect(printed?.trim().split('\n').sort()).toEqual(['bad', 'good', 'starttls']);
  });

  test('is refused for another shell', async () => {
    const { code, stderr } = await cli.mailspec('completion', 'tcsh');
    expect(stderr).toContain('bash, zsh, fish');
    expect(code).toBe(3);
  });
});
