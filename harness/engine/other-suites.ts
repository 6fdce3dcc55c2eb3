import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Gate } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { SLUG } from '../model/slug.ts';
import { prefixOf, SUITES, type Suite } from '../model/suites.ts';
import { provideAuthorsApi } from './authors-api.ts';
import { definitionProblems } from './definition-schema.ts';
import { CHECK_FILE, isCheck } from './load.ts';

/** What `suite.yaml` says of a suite that somebody else wrote. */
const suiteSchema = z.strictObject({
  prefix: z.string().regex(/^[A-Z][A-Z0-9]{1,11}$/, 'is 2 to 12 capital letters and digits'),
  slug: z.string().regex(SLUG, 'is words in lower case joined by hyphens'),
  topic: z.string().min(1),
  owner: z.string().min(1),
  gate: z.enum(['fail', 'warn', 'info']).default('fail'),
});

/** A suite that somebody else wrote, with its checks. */
export interface OtherSuite {
  readonly suite: Required<Suite>;
  /** What a failure means for the run where the profile does not name the check. */
  readonly gate: Gate;
  readonly checks: readonly Check[];
  /** Where its own profiles lie, if it has some. */
  readonly profiles: string;
}

/**
 * Suites of others, one a folder: `suite.yaml`, `*.check.ts` or `.js`, and `profiles/` where there are some. Their
 * checks import `mailspec/check`.
 * @throws ConfigurationError for a folder that is none, and for codes or names that are taken
 */
export async function loadOtherSuites(folders: readonly string[]): Promise<readonly OtherSuite[]> {
  if (folders.length > 0) provideAuthorsApi();
  const others: OtherSuite[] = [];
  for (const folder of new Set(folders.map((one) => resolve(one)))) {
    const other = await loadOtherSuite(folder);
    const taken = [...SUITES, ...others.map(({ suite }) => suite)].find(
      ({ prefix, slug }) => prefix === other.suite.prefix || slug === other.suite.slug,
    );
    if (taken)
      throw new ConfigurationError(
        `${visible(folder)}/suite.yaml: The suite ${taken.slug} has the prefix ${taken.prefix}; another suite needs a prefix and a slug of its own.`,
      );
    others.push(other);
  }
  return others;
}

async function loadOtherSuite(folder: string): Promise<OtherSuite> {
  const { gate, ...suite } = await described(folder);
  const files = (await readdir(folder)).filter((name) => CHECK_FILE.test(name)).sort();
  const checks: Check[] = [];
  for (const name of files) {
    const module: Record<string, unknown> = await import(pathToFileURL(join(folder, name)).href).catch(
      (failure: unknown): never => {
        throw isBeneathModules(failure)
          ? new ConfigurationError(
              `${visible(join(folder, name))}: Node reads no TypeScript beneath node_modules. Copy the folder out of it, or compile its checks to .js.`,
            )
          : new ConfigurationError(
              `${visible(join(folder, name))}: It cannot be loaded: ${visible(messageOf(failure))}`,
            );
      },
    );
    for (const check of Object.values(module).filter(isCheck)) {
      const { id } = check.definition;
      if (prefixOf(id) !== suite.prefix)
        throw new ConfigurationError(
          `${visible(join(folder, name))}: The check ${visible(id)} has another prefix than its suite, which is ${suite.prefix}.`,
        );
      if (checks.some(({ definition }) => definition.id === id))
        throw new ConfigurationError(`${visible(join(folder, name))}: The code ${id} is there twice.`);
      const problems = definitionProblems(check.definition);
      if (problems.length > 0)
        throw new ConfigurationError(
          ...problems.map((sentence) => `${visible(join(folder, name))}: ${visible(id)}: ${sentence}`),
        );
      checks.push(Object.freeze({ ...check, suite: suite.slug }));
    }
  }
  if (checks.length === 0)
    throw new ConfigurationError(
      `${visible(folder)}: No file named *.check.ts or *.check.js exports a check.`,
    );
  return { suite, gate, checks, profiles: join(folder, 'profiles') };
}

function messageOf(failure: unknown): string {
  const text = failure instanceof Error ? failure.message : String(failure);
  return text.split('\n')[0] ?? '';
}

function isBeneathModules(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    'code' in failure &&
    failure.code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING'
  );
}

async function described(folder: string): Promise<z.output<typeof suiteSchema>> {
  const path = join(folder, 'suite.yaml');
  const text = await readFile(path, 'utf8').catch((): never => {
    throw new ConfigurationError(
      `${visible(path)}: There is no such file; it says prefix, slug, topic and owner of a suite.`,
    );
  });
  const read = suiteSchema.safeParse(parse(text));
  if (read.success) return read.data;
  throw new ConfigurationError(
    ...read.error.issues.map(
      ({ path: keys, message }) => `${visible(path)}: ${keys.map(String).join('.')} ${visible(message)}.`,
    ),
  );
}
