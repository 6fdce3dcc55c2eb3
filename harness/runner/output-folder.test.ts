import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '../model/configuration-error.ts';
import { prepareOutputFolder } from './output-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailspec-out-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('folders are made, several at a time too, and are taken as they are', async () => {
  const deep = join(folder, 'a', 'b', 'c');
  await Promise.all([prepareOutputFolder(deep), prepareOutputFolder(deep)]);
  await prepareOutputFolder(deep);
  expect((await stat(deep)).isDirectory()).toBe(true);
});

test('a file in the place of the folder, or above it, is told', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(prepareOutputFolder(file)).rejects.toThrow(
    new ConfigurationError(`--out ${file}: The folder is a file, not a folder (EEXIST).`),
  );
  await expect(prepareOutputFolder(join(file, 'below'))).rejects.toThrow(
    `--out ${join(file, 'below')}: The folder cannot be made: something above it is a file (ENOTDIR).`,
  );
});

test.runIf(process.platform === 'linux')(
  'a file system that refuses new folders is told at once',
  async () => {
    await expect(prepareOutputFolder('/proc/mailspec/report')).rejects.toThrow(
      '--out /proc/mailspec/report: The folder cannot be made (ENOENT).',
    );
  },
);
