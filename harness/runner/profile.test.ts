import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../model/configuration-error.ts';
import { loadProfile, profileNames } from './profile.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-profiles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const GOOD =
  'id: good\nversion: "1"\ntitle: T\ndescription: D\nverification: verified\ngates: { SMTP-001: fail }\n';

test('a profile is what its file says', async () => {
  await writeFile(join(folder, 'good.yaml'), GOOD);
  expect(await loadProfile(folder, 'good')).toEqual({
    id: 'good',
    version: '1',
    title: 'T',
    description: 'D',
    verification: 'verified',
    demandsLab: false,
    gates: { 'SMTP-001': 'fail' },
    clauses: [],
  });
});

test('a profile may demand a lab', async () => {
  await writeFile(join(folder, 'good.yaml'), `${GOOD}demands-a-lab: true\n`);
  expect((await loadProfile(folder, 'good')).demandsLab).toBe(true);
});

test('a profile may follow a document, clause by clause', async () => {
  const clauses =
    'clauses:\n  - { id: C-1, title: one, level: MUST, checks: [SMTP-001] }\n  - { id: C-2, why-not: for auditors }\n';
  await writeFile(join(folder, 'good.yaml'), GOOD + clauses);
  expect((await loadProfile(folder, 'good')).clauses).toEqual([
    { id: 'C-1', title: 'one', level: 'MUST', checks: ['SMTP-001'], whyNot: undefined },
    { id: 'C-2', title: undefined, level: undefined, checks: [], whyNot: 'for auditors' },
  ]);
});

test.each(['nobody', '../good', 'good.yaml', ''])('there is no profile "%s"', async (name) => {
  await writeFile(join(folder, 'good.yaml'), GOOD);
  await writeFile(join(folder, 'another.yaml'), GOOD);
  await expect(loadProfile(folder, name)).rejects.toThrow(
    new ConfigurationError(`There is no profile "${name}"; the profiles are another, good.`),
  );
});

test.each(['GOOD', 'goood', 'goood@1'])('a profile that is nearly "%s" is suggested', async (name) => {
  await writeFile(join(folder, 'good.yaml'), GOOD);
  await expect(loadProfile(folder, name)).rejects.toThrow('did you mean "good"? The profiles are good.');
});

describe('a version', () => {
  const version = (text: string) => GOOD.replace('"1"', `"${text}"`);
  beforeEach(async () => {
    await writeFile(join(folder, 'good.yaml'), version('2026.2'));
    await writeFile(join(folder, 'good@2026.1.yaml'), version('2026.1'));
  });

  test.each([
    ['good', '2026.2'],
    ['good@2026.2', '2026.2'],
    ['good@2026.1', '2026.1'],
  ])('of %s is %s', async (asked, found) => {
    expect(await loadProfile(folder, asked)).toMatchObject({ id: 'good', version: found });
  });

  test('that is not there is refused, and those that are there are named', async () => {
    for (const asked of ['good@2027', 'good@', 'good@2026', 'good@../good'])
      await expect(loadProfile(folder, asked)).rejects.toThrow(
        `The profile "good" has no version "${asked.slice(5)}"; there are 2026.2, 2026.1.`,
      );
  });

  test('that the file does not have is a mistake of it', async () => {
    await writeFile(join(folder, 'good@2025.yaml'), version('2026.1'));
    await expect(loadProfile(folder, 'good@2025')).rejects.toThrow('calls itself "good@2026.1"');
  });

  test('makes no profile of its own', async () => {
    expect(await profileNames(folder)).toEqual(['good']);
  });
});

test.each([
  ['a syntax error', 'id: [', 'is no YAML'],
  [
    'a duplicate gate',
    GOOD.replace('{ SMTP-001: fail }', '{ SMTP-001: fail, SMTP-001: info }'),
    'is no YAML',
  ],
  ['an unknown key', `${GOOD}colour: red\n`, 'colour'],
  ['a gate that is none', GOOD.replace('SMTP-001: fail', 'SMTP-001: maybe'), 'SMTP-001'],
  ['a version that is no text', GOOD.replace('"1"', '1'), 'version'],
  ['nothing', '', 'malformed'],
  ['the name of another', GOOD.replace('id: good', 'id: other'), 'calls itself "other"'],
])('a profile with %s is a mistake of configuration', async (_, source, named) => {
  await writeFile(join(folder, 'good.yaml'), source);
  const loading = loadProfile(folder, 'good');
  await expect(loading).rejects.toBeInstanceOf(ConfigurationError);
  await expect(loading).rejects.toThrow(named);
});
