import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '../model/configuration-error.ts';
import { loadProfile } from './profile.ts';

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
    gates: { 'SMTP-001': 'fail' },
    clauses: [],
  });
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

test.each(['nobody', '../good', 'good.yaml', '', 'GOOD'])('there is no profile "%s"', async (name) => {
  await writeFile(join(folder, 'good.yaml'), GOOD);
  await writeFile(join(folder, 'another.yaml'), GOOD);
  await expect(loadProfile(folder, name)).rejects.toThrow(
    new ConfigurationError(`There is no profile "${name}"; the profiles are another, good.`),
  );
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
