import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { allProfiles, type ProfileFile } from './profile.ts';

/** The file of the catalogue that holds the digest of every frozen version. */
export const PROFILE_LOCK = 'profiles.lock';

const HEAD = '# Written by npm run lock; a version that stands here never changes. SHA-256 of its file.\n';
const LINE = /^([a-z0-9-]+@\S+): ([0-9a-f]{64})$/;

/** What a version is called: `baseline@2026.1`. */
export function versionName({ id, version }: { readonly id: string; readonly version: string }): string {
  return `${id}@${version}`;
}

/** SHA-256 of the file of a profile, in hexadecimal. */
export function profileDigest({ content }: Pick<ProfileFile, 'content'>): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The digests in a lock by `id@version`. @throws ConfigurationError where a line is none of a lock */
export function parseProfileLock(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name, digest] = LINE.exec(line) ?? [];
      if (name === undefined || digest === undefined)
        throw new ConfigurationError(
          `${PROFILE_LOCK}: Expected "id@version: sha256", found "${visible(line)}".`,
        );
      return [name, digest] as const;
    }),
  );
}

/** The lock of a catalogue; empty where it has none. @throws ConfigurationError as `parseProfileLock` does */
export async function readProfileLock(catalog: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(catalog, PROFILE_LOCK), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseProfileLock(text);
}

/**
 * The lock of the profiles of a folder: what it held before, and versions that were frozen since.
 * @param before the lock until now
 * @throws ConfigurationError naming every frozen version that changed, may change again or is gone
 */
export async function profileLockOf(folder: string, before: ReadonlyMap<string, string>): Promise<string> {
  const files = await allProfiles(folder);
  const named = files.map((file) => ({ ...file, name: versionName(file.profile) }));
  const twice = named.filter(({ name }, at) => named.findIndex((other) => other.name === name) !== at);
  const problems = [
    ...twice.map(({ name }) => `The version ${name} is there in two files.`),
    ...[...before].flatMap(([name, digest]) => {
      const found = named.find((one) => one.name === name);
      if (!found) return [`The version ${name} is frozen, and its file is gone.`];
      if (profileDigest(found) === digest) return [];
      return [
        `The version ${name} is frozen, and its file ${found.stem}.yaml says something else: a change needs a new version.`,
      ];
    }),
  ];
  if (problems.length > 0) throw new ConfigurationError(...problems);
  const frozen = named.filter(({ profile }) => profile.unreleased === undefined);
  const lines = frozen.map((file) => `${file.name}: ${profileDigest(file)}\n`).sort();
  return `${HEAD}${lines.join('')}`;
}
