import type { Gate } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import { loadChecks } from '../engine/load.ts';
import { loadOtherSuites } from '../engine/other-suites.ts';
import { SUITES, type Suite } from '../model/suites.ts';
import { PROFILES_FOLDER, SUITES_FOLDER } from './suites-folder.ts';

/** Every suite with its checks, those of mailspec first. */
export interface Catalogue {
  readonly suites: readonly Suite[];
  readonly checks: readonly Check[];
  /** Where profiles lie, those of mailspec first. */
  readonly profiles: readonly string[];
  /** What a failure of a suite of others means where a profile does not name its check; by the names of suites. */
  readonly gates: ReadonlyMap<string, Gate>;
}

/**
 * The suites of mailspec, and those in folders that the command line names.
 * @throws ConfigurationError for a folder that is no suite
 */
export async function loadCatalogue(folders: readonly string[] = []): Promise<Catalogue> {
  const [own, others] = await Promise.all([loadChecks(SUITES_FOLDER), loadOtherSuites(folders)]);
  return {
    suites: [...SUITES, ...others.map(({ suite }) => suite)],
    checks: [...own, ...others.flatMap(({ checks }) => checks)],
    profiles: [PROFILES_FOLDER, ...others.map(({ profiles }) => profiles)],
    gates: new Map(others.map(({ suite, gate }) => [suite.slug, gate])),
  };
}
