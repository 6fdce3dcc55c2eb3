import type { RunRecord } from './record.ts';
import { SUITES, type Suite } from './vocabulary.ts';

/** Every suite that a run knows: those of mailspec, then those of others, in their order. */
export function suitesOf({ suites = [] }: Pick<RunRecord, 'suites'>): readonly Suite[] {
  return [...SUITES, ...suites];
}

/** Suites that somebody else wrote, a line each. */
export function otherSuiteLines({ suites = [] }: Pick<RunRecord, 'suites'>): readonly string[] {
  return suites.map(({ slug, topic, owner }) => `${slug}: ${topic} (${owner})`);
}
