import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommandLine, openCommandLine } from './testing/command-line.ts';

let cli: CommandLine;
beforeEach(async () => {
  cli = await openCommandLine();
});
afterEach(() => cli.remove());

describe('the catalogue', () => {
  test('is listed whole, and by suite, profile and level', async () => {
    const all: { check: string; suite: string; level: string }[] = JSON.parse(
      (await cli.mailspec('list', '--json')).stdout,
    );
    expect(all.length).toBeGreaterThan(150);
    const some: { check: string; gate: string }[] = JSON.parse(
      (
        await cli.mailspec(
          'list',
          '--json',
          '--suite',
          'starttls',
          '--level',
          'must',
          '--profile',
          'baseline',
        )
      ).stdout,
    );
    const due = all.filter(({ suite, level }) => suite === 'starttls' && level === 'MUST');
    expect(some.length).toBeGreaterThan(0);
    expect(due.map(({ check }) => check)).toEqual(expect.arrayContaining(some.map(({ check }) => check)));
    expect(some.every(({ gate }) => ['fail', 'warn', 'info'].includes(gate))).toBe(true);
    const { stdout } = await cli.mailspec('list', '--suite', 'starttls');
    expect(stdout).toMatch(/^starttls: .*\n {2}STLS-001 /);
    expect(stdout).not.toContain('PTA-001');
  });

  test('explains a check: what, why, how strongly, in which profiles, proven by which faults, and where', async () => {
    const { code, stdout } = await cli.mailspec('explain', 'stls-001');
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
      'npx --no -- mailspec audit <target> --only STLS-001',
    ])
      expect(stdout).toContain(part);
    expect(JSON.parse((await cli.mailspec('explain', 'STLS-001', '--json')).stdout)).toMatchObject({
      check: 'STLS-001',
      suite: 'starttls',
    });
  });

  test.each([
    ['a code that is none', ['explain', 'STLS-0O1'], 'did you mean "STLS-001"?'],
    ['a control that is none', ['explain', 'mail-leavs'], 'did you mean "mail-leaves"?'],
    ['a suite that is none', ['list', '--suite', 'startls'], 'did you mean "starttls"?'],
    ['a level that is none', ['list', '--level', 'ought'], 'there are MUST, SHOULD, MAY, policy.'],
    ['a profile that is none', ['list', '--profile', 'nobody'], 'the profiles are'],
    ['a profile that is nearly one', ['list', '--profile', 'baslin'], 'did you mean "baseline"?'],
    ['a version that is none', ['list', '--profile', 'baseline@1999'], 'no version "1999"; there is'],
    ['a command that is none', ['expalin', 'STLS-001'], 'Did you mean explain?'],
    ['an option that is none', ['audit', '--onyl', 'STLS-001'], 'Did you mean --only?'],
  ])('%s ends with a sentence and exit code 3', async (_, args, named) => {
    const { code, stderr } = await cli.mailspec(...args);
    expect(stderr).toContain(named);
    expect(code).toBe(3);
  });
});

describe('the profiles', () => {
  test('are listed with their versions, and whether these may change', async () => {
    const { code, stdout } = await cli.mailspec('profile', 'list');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^baseline@2026\.1 +in force +unreleased +\d+ fail, \d+ warn, \d+ info +Baseline$/m,
    );
    const rows: { profile: string; sha256: string }[] = JSON.parse(
      (await cli.mailspec('profile', 'list', '--json')).stdout,
    );
    expect(rows.map(({ profile }) => profile)).toContain('rfc-strict@2026.1');
    expect(rows.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });

  test('differ by gates, and by the checks that entered or left', async () => {
    const { code, stdout } = await cli.mailspec('profile', 'diff', 'baseline', 'nist-sp-800-177r1@2026.1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^baseline@2026\.1 → nist-sp-800-177r1@2026\.1$/m);
    expect(stdout).toMatch(/^left \(\d+\)$/m);
    expect(stdout).toMatch(/^ {2}PTA-001 +fail → warn +\S/m);
    expect(stdout).toMatch(/^ {2}PTA-015 +info +\S/m);
    const json = JSON.parse(
      (await cli.mailspec('profile', 'diff', 'nist-sp-800-177r1', 'baseline', '--json')).stdout,
    );
    expect(json.entered).toContainEqual(
      expect.objectContaining({ check: 'PTA-015', before: null, after: 'info' }),
    );
    expect(json.same + json.changed.length).toBeGreaterThan(10);
    expect(await cli.mailspec('profile', 'diff', 'baseline', 'baseline@1999')).toMatchObject({
      code: 3,
      stderr: 'The profile "baseline" has no version "1999"; there is 2026.1.\n',
    });
  });
});
