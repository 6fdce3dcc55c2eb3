import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Gate, SpecificationRecord } from '../../reports/model/record.ts';
import { visible } from '../evidence/visible.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { meant } from '../model/nearest.ts';

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

const testCaseSchema = z.union([
  z.strictObject({
    id: z.string(),
    checks: z.array(z.string()).min(1),
    repeats: z.string().optional(),
  }),
  z.strictObject({ id: z.string(), 'why-not': z.string() }),
]);

const specificationSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  modules: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      feature: z.string(),
      level: z.enum(['MUST', 'SHOULD']),
      condition: z.string().optional(),
      cases: z.array(testCaseSchema).min(1),
    }),
  ),
});

const profileSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  verification: z.enum(['verified', 'not-verified']),
  unreleased: z.literal(true).exactOptional(),
  'demands-a-lab': z.boolean().default(false),
  gates: z.record(z.string(), z.enum(['fail', 'warn', 'info'])),
  clauses: z.array(clauseSchema).default([]),
  specifications: z.array(specificationSchema).min(1).optional(),
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
  /** The version may still change; absent where it is frozen. */
  readonly unreleased?: true;
  /**
   * Checks that need a lab are asked of targets without one too, where they stay open: nothing that the profile
   * demands may be left out (`demands-a-lab`).
   */
  readonly demandsLab?: boolean;
  readonly gates: Readonly<Record<string, Gate>>;
  /** In the order of the document; empty where the profile follows none. */
  readonly clauses: readonly ProfileClause[];
  /** The test specifications whose cases it decides; absent where it follows none. */
  readonly specifications?: readonly SpecificationRecord[];
}

/** The names of the profiles in a folder, in the order of the alphabet. */
export async function profileNames(folder: string): Promise<readonly string[]> {
  return [...new Set((await stems(folder)).map(nameOf))].sort();
}

/**
 * The folder that has a profile: the first of them, or simply the first, which then says that there is none.
 * @param name with or without a version
 */
export async function folderOfProfile(name: string, [own, ...others]: readonly string[]): Promise<string> {
  const [wanted = ''] = name.split('@');
  for (const folder of others) {
    // A suite may have no profile of its own.
    const names = await profileNames(folder).catch((): readonly string[] => []);
    if (names.includes(wanted) || names.includes(name)) return folder;
  }
  return own ?? '';
}

/**
 * Reads a profile by its name, or in exactly one version: `baseline`, `baseline@2026.1`.
 * @param folder where the profiles lie: the version that is in force as `name.yaml`, each other as `name@version.yaml`
 * @throws ConfigurationError naming the profiles or the versions that exist, or what is wrong in a file
 */
export async function loadProfile(folder: string, asked: string): Promise<Profile> {
  return (await loadProfileFile(folder, asked)).profile;
}

/** A profile with the octets of its file. */
export interface ProfileFile {
  readonly profile: Profile;
  /** Name of the file without its ending: `baseline` where the version is in force, else `baseline@2026.1`. */
  readonly stem: string;
  readonly content: Buffer;
}

/** Every version of every profile of a folder, by the names of their files. @throws ConfigurationError as `loadProfile` does */
export async function allProfiles(folder: string): Promise<readonly ProfileFile[]> {
  return Promise.all((await stems(folder)).map((stem) => readProfile(folder, stem)));
}

/** As `loadProfile`, with the file that says it. @throws ConfigurationError as `loadProfile` does */
export async function loadProfileFile(folder: string, asked: string): Promise<ProfileFile> {
  const files = await stems(folder);
  const [name = '', version] = asked.split(/@(.*)/s);
  if (!files.includes(name)) throw new ConfigurationError(unknownProfile(name, await profileNames(folder)));
  const current = await readProfile(folder, name);
  if (version === undefined || version === current.profile.version) return current;
  if (files.includes(asked)) return readProfile(folder, asked);
  const others = files
    .filter((file) => file.startsWith(`${name}@`))
    .map((file) => file.slice(name.length + 1));
  throw new ConfigurationError(
    `The profile "${name}" has no version "${visible(version)}"; there ${others.length === 0 ? 'is' : 'are'} ${[current.profile.version, ...others].join(', ')}.`,
  );
}

/** The names of the files of profiles without their ending. */
async function stems(folder: string): Promise<readonly string[]> {
  return (await readdir(folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

function nameOf(stem: string): string {
  return stem.replace(/@.*/s, '');
}

function unknownProfile(name: string, names: readonly string[]): string {
  const hint = meant(name, names, '');
  return `There is no profile "${visible(name)}"; ${hint === '' ? 'the' : `${hint} The`} profiles are ${names.join(', ')}.`;
}

async function readProfile(folder: string, stem: string): Promise<ProfileFile> {
  const content = await readFile(join(folder, `${stem}.yaml`));
  return { profile: parseProfile(content.toString(), stem), stem, content };
}

/**
 * A profile as a file says it.
 * @param stem name of the file without its ending, which must be that of the profile
 * @throws ConfigurationError saying what is wrong in it
 */
export function parseProfile(source: string, stem: string): Profile {
  const read = profileSchema.safeParse(parsed(source, stem));
  if (!read.success)
    throw new ConfigurationError(`The profile "${stem}" is malformed: ${z.prettifyError(read.error)}`);
  const { id, version } = read.data;
  if (stem !== id && stem !== `${id}@${version}`)
    throw new ConfigurationError(
      `The profile "${stem}" calls itself "${stem.includes('@') ? `${id}@${version}` : id}".`,
    );
  const { 'demands-a-lab': demandsLab, clauses, specifications, ...rest } = read.data;
  return {
    ...rest,
    demandsLab,
    clauses: clauses.map(clauseOf),
    ...(specifications ? { specifications: specifications.map(specificationOf) } : {}),
  };
}

function specificationOf({ modules, ...rest }: z.output<typeof specificationSchema>): SpecificationRecord {
  return {
    ...rest,
    modules: modules.map(({ id, title, feature, level, condition = null, cases }) => ({
      id,
      title,
      feature,
      level,
      condition,
      cases: cases.map((one) =>
        'checks' in one
          ? { id: one.id, checks: one.checks, repeats: one.repeats ?? null, whyNot: null }
          : { id: one.id, checks: [], repeats: null, whyNot: one['why-not'] },
      ),
    })),
  };
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
