import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '../model/configuration-error.ts';
import { fingerprint, loadTranslations, translationsFor } from './translations.ts';

const ENGLISH = { title: 'Port 25 offers STARTTLS', sends: 'EHLO', demands: 'STARTTLS is listed' };
const JAPANESE = {
  title: '25 番ポートは STARTTLS を提供する',
  sends: 'EHLO',
  demands: '一覧にあること',
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-translations-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (of: string) =>
  writeFile(join(folder, 'starttls.yaml'), JSON.stringify({ 'STLS-001': { of, ...JAPANESE } }));

test('a translation goes with the results whose texts it says', async () => {
  await write(fingerprint(ENGLISH));
  const stored = await loadTranslations(folder);
  const translated = [{ check: 'STLS-001', language: 'ja', ...JAPANESE }];
  expect(translationsFor([{ check: 'STLS-001', ...ENGLISH }], stored)).toEqual(translated);
  expect(translationsFor([{ check: 'STLS-002', ...ENGLISH }], stored)).toEqual([]);
});

test.each([['title'], ['sends'], ['demands']] as const)(
  'a translation of another %s than that of the result is left out',
  async (part) => {
    await write(fingerprint(ENGLISH));
    const changed = { check: 'STLS-001', ...ENGLISH, [part]: 'something else' };
    expect(translationsFor([changed], await loadTranslations(folder))).toEqual([]);
  },
);

test('a file with something else in it is a mistake that names the file', async () => {
  await write('unknown');
  await expect(loadTranslations(folder)).rejects.toThrow(ConfigurationError);
  await expect(loadTranslations(folder)).rejects.toThrow('starttls.yaml');
});

test('without the folder there are no translations', async () => {
  expect(await loadTranslations(join(folder, 'absent'))).toEqual([]);
});
