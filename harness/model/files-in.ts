import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Every file in a folder and below it, by its path from the folder, in the order of these. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
