import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunRecord } from '../../reports/model/record.ts';

const PROJECT = new URL('../../', import.meta.url);

/** Version, commit and runtime of this mailspec, as they stand in every record. */
export async function toolFacts(): Promise<RunRecord['tool']> {
  const manifest: { version: string; gitHead?: string } = JSON.parse(
    await readFile(new URL('package.json', PROJECT), 'utf8'),
  );
  return {
    name: 'mailspec',
    version: manifest.version,
    // An installed copy says what it was made from; a repository around it is somebody else's.
    commit: manifest.gitHead ?? (await commit()),
    node: process.versions.node,
    openssl: process.versions.openssl ?? 'unknown',
  };
}

async function commit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: fileURLToPath(PROJECT),
    });
    return stdout.trim() || null;
  } catch {
    // A copy without its repository.
    return null;
  }
}
