import { randomBytes } from 'node:crypto';

/** The id of a run, which stands on everything that is made for it: when it began, in UTC, and some octets. */
export function newRunId(startedAt: Date): string {
  return `${startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
}
