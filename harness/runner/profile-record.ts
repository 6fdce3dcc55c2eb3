import type { RunRecord } from '../../reports/model/record.ts';
import type { Profile } from './profile.ts';

/** What the record of a run says of its profile. */
export function profileRecordOf(profile: Profile, strict: boolean): RunRecord['profile'] {
  const { id, version, title, verification, clauses, specifications } = profile;
  return {
    id,
    version,
    title,
    strict,
    verification,
    clauses: clauses.map(({ title: heading, level, whyNot, ...clause }) => ({
      ...clause,
      title: heading ?? null,
      level: level ?? null,
      whyNot: whyNot ?? null,
    })),
    ...(specifications ? { specifications } : {}),
  };
}
