import { ConfigurationError } from '../targets/configuration-error.ts';
import { loadTargets } from '../targets/load.ts';

/** The targets file that plain Vitest runs use. */
export const TARGETS_FILE = process.env.MAILSPEC_TARGETS ?? 'targets.yaml';

/** Name of the Vitest project with mailspec's own tests; no target may have it. */
export const OWN_PROJECT = 'mailspec';

/** Names of the declared targets, each of which is a Vitest project. */
export async function projectNames(): Promise<readonly string[]> {
  const names = (await loadTargets(TARGETS_FILE)).map((target) => target.name);
  if (names.includes(OWN_PROJECT)) {
    throw new ConfigurationError(
      `A target must not be called "${OWN_PROJECT}": that is the project of mailspec's own tests.`,
    );
  }
  return names;
}
