import { ConfigurationError } from '../model/configuration-error.ts';
import { TARGETS_FILE as DEFAULT_FILE } from '../targets/file-name.ts';
import { loadTargets } from '../targets/load.ts';

/** The targets file that plain Vitest runs use. */
export const TARGETS_FILE = process.env.MAILSPEC_TARGETS ?? DEFAULT_FILE;

/** Names of the Vitest projects with mailspec's own tests; no target may have one of them. */
export const OWN_PROJECTS: readonly string[] = ['mailspec', 'mailspec-containers'];

/** Names of the declared targets, each of which is a Vitest project. */
export async function projectNames(): Promise<readonly string[]> {
  const names = (await loadTargets(TARGETS_FILE)).map((target) => target.name);
  const taken = names.find((name) => OWN_PROJECTS.includes(name));
  if (taken !== undefined) {
    throw new ConfigurationError(
      `A target must not be called "${taken}": that is a project of mailspec's own tests.`,
    );
  }
  return names;
}
