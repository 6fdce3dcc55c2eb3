import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, openCommandLine, REFERENCE } from './testing/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await openCommandLine();
  await cli.targets(REFERENCE);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await writeFile(join(cli.folder, 'lab.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await writeFile(join(cli.folder, 'lab.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
  await cli.mailspec(
    'audit',
    'good',
    '--only',
    'STLS-001',
    '--repeat',
    '2',
    '--seed',
    '11',
    '--out',
    'runs',
    '--quiet',
  );
});
afterAll(() => cli.remove());

test('repetitions are sealed together, and whoever has the public key can check them', async () => {
  const sealed = await cli.mailspec('seal', 'runs', '--key', 'lab.pem', '--out', 'good.tar');
  expect(sealed.stderr).toBe('');
  expect(sealed.stdout).toContain('good: conformant in the profile baseline@2026.1 (unreleased).\n');
  expect(sealed.stdout).toContain(
    '1 verdicts were the same in 2 runs, in 2 orders (seeds 11, 12), always side by side.\n',
  );
  expect(sealed.stdout).toContain('Sealed and signed.');
  expect(sealed.code).toBe(0);

  const verified = await cli.mailspec('verify', 'good.tar', '--key', 'lab.pub');
  expect(verified.stdout).toMatch(
    /^✓ The signature \(ECDSA P-256\) is one of the key with the SHA-256 [0-9a-f]{64}\.$/m,
  );
  expect(verified.stdout).toContain(
    '✓ 18 reports are derived from the records again, the same to the octet.\n',
  );
  expect(verified.stdout).toContain('– Not checked: The profile baseline@2026.1 is unreleased');
  expect(verified.stdout).toContain(
    '  This is a part of the profile: nothing is said about the rest of it.\n',
  );
  expect(verified.stdout).toMatch(/\nVerified: this is what the holder of the key sealed\.\n$/);
  expect(verified.code).toBe(0);

  const unchecked = await cli.mailspec('verify', 'good.tar');
  expect(unchecked.stdout).toContain('– Not checked: The signature is not checked, because no key was given');
  expect(unchecked.stdout).toMatch(
    /\nThe archive agrees with itself; without a checked signature nobody vouches for it\.\n$/,
  );
  expect(unchecked.code).toBe(0);

  const archive = await readFile(join(cli.folder, 'good.tar'));
  archive[archive.indexOf('"verdict": "pass"') + 13] = 'f'.charCodeAt(0);
  await writeFile(join(cli.folder, 'bad.tar'), archive);
  const refused = await cli.mailspec('verify', 'bad.tar', '--key', 'lab.pub');
  expect(refused.stdout).toMatch(/^✗ /);
  expect(refused.stdout).toMatch(/\nRefused: this archive proves nothing\.\n$/);
  expect(refused.code).toBe(1);
  const json = await cli.mailspec('verify', 'bad.tar', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ verified: false, refused: [expect.any(String)] });
  expect(json.code).toBe(1);
});

test('without a key an archive is unsigned, and that is said', async () => {
  const { code, stdout } = await cli.mailspec('seal', 'runs/1', '--out', 'unsigned.tar');
  expect(stdout).toContain('Sealed, but unsigned: no key was given, so nobody vouches for it.');
  expect(stdout).toContain('One run alone: nothing is said about whether its verdicts waver.');
  expect(code).toBe(0);
  expect((await cli.mailspec('verify', 'unsigned.tar')).stdout).toContain(
    '– Not checked: The archive is unsigned',
  );
});

test('what wavers cannot be certified', async () => {
  await cli.targets(
    REFERENCE.replace('driver: reference', 'driver: reference\n    faults: [mx-omits-starttls]'),
  );
  await cli.mailspec('audit', 'good', '--only', 'STLS-001', '--out', 'other', '--quiet');
  await cli.mailspec('seal', 'runs/1', 'other', 'runs/2', '--key', 'lab.pem', '--out', 'wavering.tar');
  const { code, stdout } = await cli.mailspec('verify', 'wavering.tar', '--key', 'lab.pub');
  expect(stdout).toContain('  good: non-conformant in the profile');
  expect(stdout).toContain(
    '  It cannot be certified: 1 of 1 verdicts wavered in 3 runs, in 3 orders (seeds 11, 12, none), always side by side.\n',
  );
  expect(stdout).toContain('  Wavered: STLS-001 on good: pass, pass, fail.\n');
  expect(code).toBe(0);
});

test.each([
  ['an archive that is not there', ['verify', 'nowhere.tar'], 'nowhere.tar: There is no such file.'],
  ['a folder', ['verify', 'runs'], 'runs: This is a folder, not a file.'],
  [
    'a key that is none',
    ['verify', 'lab.pem', '--key', 'targets.yaml'],
    'targets.yaml: This is no public key in PEM.',
  ],
  ['a run that is not there', ['seal', 'nowhere'], 'nowhere: There is no such file.'],
  [
    'a key that cannot sign',
    ['seal', 'runs/1', '--key', 'lab.pub'],
    'lab.pub: This is no private key in PEM',
  ],
])('%s ends with a sentence and exit code 3', async (_, args, sentence) => {
  expect(await cli.mailspec(...args)).toMatchObject({ code: 3, stderr: expect.stringContaining(sentence) });
});

test('what is no archive is refused', async () => {
  expect(await cli.mailspec('verify', 'lab.pem')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('✗ The archive breaks off at octet'),
  });
});
