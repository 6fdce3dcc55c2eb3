import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '../model/configuration-error.ts';
import { compareProfiles } from './compare-profiles.ts';
import { loadProfile } from './profile.ts';
import { parseProfileLock, profileLockOf, readProfileLock } from './profile-lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-profile-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const version = (number: string, more = '', gate = 'fail') =>
  `id: good\nversion: "${number}"\n${more}title: T\ndescription: D\nverification: verified\ngates: { SMTP-001: ${gate} }\n`;
const put = (name: string, text: string) => writeFile(join(folder, name), text);
const NONE: ReadonlyMap<string, string> = new Map();

test('a version is frozen by its lock, and stays as it was beside the next one', async () => {
  await put('good.yaml', version('1'));
  const lock = parseProfileLock(await profileLockOf(folder, NONE));
  expect([...lock.keys()]).toEqual(['good@1']);

  // The next version takes the name, and the frozen one moves, the same to the octet.
  await rename(join(folder, 'good.yaml'), join(folder, 'good@1.yaml'));
  await put('good.yaml', version('2', 'unreleased: true\n', 'warn'));
  expect(parseProfileLock(await profileLockOf(folder, lock))).toEqual(lock);
  expect(await loadProfile(folder, 'good@1')).toMatchObject({ version: '1', gates: { 'SMTP-001': 'fail' } });
  expect(await loadProfile(folder, 'good')).toMatchObject({ version: '2', unreleased: true });

  await put('good.yaml', version('2', '', 'warn'));
  const both = parseProfileLock(await profileLockOf(folder, lock));
  expect([...both.keys()]).toEqual(['good@1', 'good@2']);
  expect(both.get('good@1')).toBe(lock.get('good@1'));
});

test('a frozen version that changes, may change again or is gone is refused', async () => {
  await put('good.yaml', version('1'));
  const lock = parseProfileLock(await profileLockOf(folder, NONE));
  for (const text of [
    version('1', '', 'info'),
    version('1', 'unreleased: true\n'),
    `${version('1')}# more\n`,
  ]) {
    await put('good.yaml', text);
    await expect(profileLockOf(folder, lock)).rejects.toThrow(
      new ConfigurationError(
        'The version good@1 is frozen, and its file good.yaml says something else: a change needs a new version.',
      ),
    );
  }
  await put('good.yaml', version('2', 'unreleased: true\n'));
  await expect(profileLockOf(folder, lock)).rejects.toThrow('good@1 is frozen, and its file is gone.');
});

test('one version in two files is refused', async () => {
  await put('good.yaml', version('1'));
  await put('good@1.yaml', version('1'));
  await expect(profileLockOf(folder, NONE)).rejects.toThrow('The version good@1 is there in two files.');
});

test('an unreleased version is not locked, and may change', async () => {
  await put('good.yaml', version('1', 'unreleased: true\n'));
  const lock = parseProfileLock(await profileLockOf(folder, NONE));
  expect(lock.size).toBe(0);
  await put('good.yaml', version('1', 'unreleased: true\n', 'info'));
  expect(parseProfileLock(await profileLockOf(folder, lock)).size).toBe(0);
});

test('a line that is none of a lock is told, and no lock is an empty one', async () => {
  expect(() => parseProfileLock('good@1: abc\n')).toThrow(
    'Expected "id@version: sha256", found "good@1: abc".',
  );
  expect((await readProfileLock(folder)).size).toBe(0);
});

test('two profiles differ by what entered, what left and what means something else', () => {
  const comparison = compareProfiles(
    { gates: { 'A-001': 'fail', 'A-002': 'warn', 'A-003': 'info' } },
    { gates: { 'A-004': 'fail', 'A-002': 'fail', 'A-003': 'info' } },
    ['A-001', 'A-002', 'A-003', 'A-004', 'A-005'],
  );
  expect(comparison).toEqual({
    entered: [{ check: 'A-004', before: null, after: 'fail' }],
    left: [{ check: 'A-001', before: 'fail', after: null }],
    changed: [{ check: 'A-002', before: 'warn', after: 'fail' }],
    same: 1,
  });
});
