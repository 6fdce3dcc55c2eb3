import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Check } from '../check/define.ts';
import { clauseFacts } from '../model/clause.ts';
import { SUITES } from '../model/suites.ts';

/** TypeScript, and what was compiled from it. */
export const CHECK_FILE = /\.check\.[jt]s$/;

/**
 * Every check of the suites folder, in the order of the suites and then of the codes. Importing a
 * check file has no other effect than to make its records.
 * @throws Error when two checks share a code or a slug within a suite, when a check lies in a folder
 *   that is not its suite's, or when a check file lies where nobody looks or exports no check
 */
export async function loadChecks(folder: string): Promise<readonly Check[]> {
  await assertNoneLost(folder);
  const loaded = await Promise.all(SUITES.map((suite) => loadSuite(folder, suite.slug)));
  const checks = loaded.flat();
  const seen = new Map<string, Check>();
  for (const check of checks) {
    for (const key of [check.definition.id, `${check.suite}/${check.definition.slug}`]) {
      const other = seen.get(key);
      if (other) throw new Error(`${key} is defined twice: ${place(other)} and ${place(check)}.`);
      seen.set(key, check);
    }
  }
  return checks;
}

/** A check that is not found would be missing without anybody being told. */
async function assertNoneLost(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true });
  for (const path of entries.filter((name) => CHECK_FILE.test(name))) {
    if (!SUITES.some(({ slug }) => slug === dirname(path)))
      throw new Error(`suites/${path} lies in no folder of a suite, so its checks would never run.`);
  }
}

async function loadSuite(folder: string, slug: string): Promise<Check[]> {
  const names = await readdir(join(folder, slug)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => CHECK_FILE.test(name)).sort();
  const loaded = await Promise.all(
    files.map(async (name) => {
      const module: Record<string, unknown> = await import(pathToFileURL(join(folder, slug, name)).href);
      const exported = Object.values(module).filter(isCheck);
      if (exported.length === 0) throw new Error(`suites/${slug}/${name} exports no check.`);
      return exported;
    }),
  );
  const checks = loaded.flat();
  for (const check of checks) {
    for (const clause of check.definition.clauses) clauseFacts(clause);
    if (check.suite !== slug)
      throw new Error(`${check.definition.id} lies in suites/${slug} and belongs to suites/${check.suite}.`);
  }
  return checks.sort((a, b) => a.definition.id.localeCompare(b.definition.id));
}

/** What `check` returns, also where it came out of a module that is not known. */
export function isCheck(value: unknown): value is Check {
  return (
    typeof value === 'object' &&
    value !== null &&
    'definition' in value &&
    'body' in value &&
    'suite' in value
  );
}

function place(check: Check): string {
  return `${check.source.file}:${check.source.line}`;
}
