import { writeFile } from 'node:fs/promises';
import { ConfigurationError } from '../model/configuration-error.ts';

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'The file exists; --out names another.',
  ENOENT: 'There is no such folder.',
  ENOTDIR: 'There is no such folder.',
  EISDIR: 'This is a folder, not a file.',
  EACCES: 'The file may not be written (EACCES).',
};

/** Writes what a command was asked for. @throws ConfigurationError saying why it cannot be written */
export async function writeOut(file: string, content: string, flag: 'w' | 'wx'): Promise<void> {
  await writeFile(file, content, { flag }).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError(
      `${file}: ${WHY[error.code ?? ''] ?? `The file cannot be written (${error.code}).`}`,
    );
  });
}
