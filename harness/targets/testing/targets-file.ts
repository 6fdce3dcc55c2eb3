import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTargets, type TargetDeclaration } from '../load.ts';

/** Build context of an image that only greets; see its greet.pl. */
export const GREETER = fileURLToPath(new URL('./greeter', import.meta.url));

/** A folder for a targets file and what it refers to; removed by `remove`. */
export interface TargetsFolder {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  /** Writes a targets file with this one target and loads it. */
  declare(yaml: string): Promise<TargetDeclaration>;
  remove(): Promise<void>;
}

export async function createTargetsFolder(): Promise<TargetsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'mailspec-targets-'));
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(path, name), content);
    return join(path, name);
  };
  return {
    path,
    write,
    async declare(yaml) {
      const [declaration] = await loadTargets(await write('targets.yaml', yaml));
      if (!declaration) throw new Error('The targets file of the test declares nothing.');
      return declaration;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
