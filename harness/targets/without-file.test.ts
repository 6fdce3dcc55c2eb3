import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { declaredTargets } from './without-file.ts';

const MAIL = 'version: 1\ntargets:\n  mail: { driver: reference, faults: [mx-omits-starttls] }\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-targets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function namesIn(text: string, ...names: readonly string[]): Promise<readonly string[]> {
  const file = join(folder, 'own.yaml');
  await writeFile(file, text);
  return (await declaredTargets(file, names)).map(({ name }) => name);
}

test('the reference server is there beside a file that does not declare it', async () => {
  expect(await namesIn(MAIL, 'reference')).toEqual(['reference']);
  expect(await namesIn(MAIL, 'mail')).toEqual(['mail']);
  expect(await namesIn(MAIL, 'reference', 'mail')).toEqual(['mail']);
});

test('a file that declares a target of this name means that one', async () => {
  const [own] = await declaredTargets(await written(MAIL.replace('mail:', 'reference:')), ['reference']);
  expect(own?.settings).toMatchObject({ faults: ['mx-omits-starttls'] });
});

async function written(text: string): Promise<string> {
  const file = join(folder, 'own.yaml');
  await writeFile(file, text);
  return file;
}
