import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('mailspec.mjs', import.meta.url));

/** A Node on the path that cannot read the sources; undefined where there is none. */
const older = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((path) => existsSync(path))
  .find(
    (path) =>
      Number(execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0]) < 24,
  );

// Where the only Node is a new one, nothing has to be started again.
test.skipIf(older === undefined)(
  'an older Node starts the command under the one that was installed with it',
  async () => {
    const run = promisify(execFile);
    const { stdout } = await run(older ?? '', [CLI, 'list', '--suite', 'op25b']);
    expect(stdout).toContain('OP25-001');
    await expect(run(older ?? '', [CLI, 'explain', 'NOTHING-1'])).rejects.toMatchObject({ code: 3 });
  },
);
