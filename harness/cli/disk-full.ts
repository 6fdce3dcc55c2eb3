import { visible } from '../evidence/visible.ts';

/** What the system says where nothing more can be written: no space, or none left of what the user may have. */
const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/**
 * What people are told where a disk was full, as a sentence or two; undefined where something else failed.
 * @param failure as it was thrown, with its causes
 */
export function diskFull(failure: unknown): string | undefined {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause) || !FULL.includes(cause.code)) continue;
    const path = 'path' in cause && typeof cause.path === 'string' ? ` of ${visible(cause.path)}` : '';
    return `The disk${path} is full (${String(cause.code)}), so not everything could be written. What was found until then is in the folder "journal" of the reports.`;
  }
  return undefined;
}
