import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Gate } from '../../reports/model/record.ts';
import { ConfigurationError } from '../targets/configuration-error.ts';

const profileSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  verification: z.enum(['verified', 'not-verified']),
  gates: z.record(z.string(), z.enum(['fail', 'warn', 'info'])),
});

/** A versioned list of requirements with what a failure of each means for the run. */
export interface Profile {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly verification: 'verified' | 'not-verified';
  readonly gates: Readonly<Record<string, Gate>>;
}

/**
 * Reads a profile by its name.
 * @param folder where the profiles lie, one YAML file each
 * @throws ConfigurationError naming the profiles that exist
 */
export async function loadProfile(folder: string, name: string): Promise<Profile> {
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length));
  if (!names.includes(name)) {
    throw new ConfigurationError(
      `There is no profile "${name}"; the profiles are ${names.sort().join(', ')}.`,
    );
  }
  return profileSchema.parse(parse(await readFile(join(folder, `${name}.yaml`), 'utf8')));
}
