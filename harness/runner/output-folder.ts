import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '../model/configuration-error.ts';

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'may not be written',
  EROFS: 'may not be written',
  ENOTDIR: 'cannot be made: something above it is a file',
  EEXIST: 'is a file, not a folder',
};

/**
 * Makes the folder of a run with those above it, and makes sure that it can be written. Folders are made one
 * by one: where a file system refuses new ones, as /proc does, `mkdir` with `recursive` tries without end.
 * @throws ConfigurationError saying why not
 */
export async function prepareOutputFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    throw new ConfigurationError(`--out ${folder}: The folder ${WHY[code] ?? 'cannot be made'} (${code}).`);
  }
}

async function makeFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return null;
    throw failure;
  });
  if (found?.isDirectory()) return;
  if (!found) await makeFolder(dirname(folder));
  // Whoever audits into the same folder may have made it meanwhile.
  await mkdir(folder).catch(async (failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw failure;
  });
}
