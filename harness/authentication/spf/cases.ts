import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCases, type SpfCase } from './case-file.ts';

const FOLDER = fileURLToPath(new URL('cases/', import.meta.url));

/** The files of `cases/`, by name. */
export function caseFiles(): ReadonlyMap<string, readonly SpfCase[]> {
  const names = globSync('*.{yaml,yml}', { cwd: FOLDER }).sort();
  return new Map(names.map((name) => [name, readCases(readFileSync(join(FOLDER, name), 'latin1'))]));
}

let known: readonly SpfCase[] | undefined;

/** Every case of every file; read once in a process. */
export function publishedCases(): readonly SpfCase[] {
  known ??= [...caseFiles().values()].flat();
  return known;
}
