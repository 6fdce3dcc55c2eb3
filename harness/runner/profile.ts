import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Gate } from '../../reports/model/record.ts';
import { ConfigurationError } from '../model/configuration-error.ts';

const clauseSchema = z.union([
  z.strictObject({
    id: z.string(),
    title: z.string().optional(),
    level: z.enum(['MUST', 'SHOULD']).optional(),
    checks: z.array(z.string()).min(1),
  }),
  z.strictObject({
    id: z.string(),
    title: z.string().optional(),
    level: z.enum(['MUST', 'SHOULD']).optional(),
    'why-not': z.string(),
  }),
]);

const profileSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  verification: z.enum(['verified', 'not-verified']),
  gates: z.record(z.string(), z.enum(['fail', 'warn', 'info'])),
  clauses: z.array(clauseSchema).default([]),
});

/** What a clause of the document behind a profile demands, and the requirements that decide it. */
export interface ProfileClause {
  /** As the document numbers it, such as `TR-03108-01-M`. */
  readonly id: string;
  readonly title: string | undefined;
  readonly level: 'MUST' | 'SHOULD' | undefined;
  /** Codes; empty where nobody can decide the clause from outside. */
  readonly checks: readonly string[];
  /** Why nobody can. */
  readonly whyNot: string | undefined;
}

/** A versioned list of requirements with what a failure of each means for the run. */
export interface Profile {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly verification: 'verified' | 'not-verified';
  readonly gates: Readonly<Record<string, Gate>>;
  /** In the order of the document; empty where the profile follows none. */
  readonly clauses: readonly ProfileClause[];
}

/** The names of the profiles in a folder, in the order of the alphabet. */
export async function profileNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Reads a profile by its name.
 * @param folder where the profiles lie, one YAML file each
 * @throws ConfigurationError naming the profiles that exist, or what is wrong in the file
 */
export async function loadProfile(folder: string, name: string): Promise<Profile> {
  const names = await profileNames(folder);
  if (!names.includes(name)) {
    throw new ConfigurationError(`There is no profile "${name}"; the profiles are ${names.join(', ')}.`);
  }
  const source = await readFile(join(folder, `${name}.yaml`), 'utf8');
  const read = profileSchema.safeParse(parsed(source, name));
  if (!read.success)
    throw new ConfigurationError(`The profile "${name}" is malformed: ${z.prettifyError(read.error)}`);
  if (read.data.id !== name)
    throw new ConfigurationError(`The profile "${name}" calls itself "${read.data.id}".`);
  return { ...read.data, clauses: read.data.clauses.map(clauseOf) };
}

function clauseOf(clause: z.output<typeof clauseSchema>): ProfileClause {
  const { id, title, level } = clause;
  const decided = 'checks' in clause;
  return {
    id,
    title,
    level,
    checks: decided ? clause.checks : [],
    whyNot: decided ? undefined : clause['why-not'],
  };
}

function parsed(source: string, name: string): unknown {
  try {
    return parse(source);
  } catch (thrown) {
    throw new ConfigurationError(
      `The profile "${name}" is no YAML: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}
