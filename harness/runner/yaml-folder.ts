import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../model/configuration-error.ts';

/**
 * The content of every YAML file of a folder, by the order of their names; none where the folder does not exist.
 * @param what what lies there, for the message
 * @throws ConfigurationError saying what is wrong in which file
 */
export async function readYamlFolder<Content>(
  folder: string,
  what: string,
  schema: z.ZodType<Content>,
): Promise<readonly Content[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    files
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map(async (file) => {
        const read = schema.safeParse(parse(await readFile(join(folder, file), 'utf8')));
        if (!read.success)
          throw new ConfigurationError(
            `The ${what} in ${file} are malformed: ${z.prettifyError(read.error)}`,
          );
        return read.data;
      }),
  );
}
