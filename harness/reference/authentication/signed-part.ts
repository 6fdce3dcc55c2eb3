import type { DKIMResult } from 'mailauth';
import type { Site } from '../site.ts';

/** The result for a signature that verifies and whose l= is not the length of the body; undefined for others. */
export function partialCoverage({ faulty }: Pick<Site, 'faulty'>, found: DKIMResult): string | undefined {
  const { canonBodyLengthLimit: limit, canonBodyLengthTotal: total = 0, status } = found;
  if (status.result !== 'pass' || limit === undefined) return undefined;
  if (limit > total) return faulty('dkim-takes-excessive-lengths') ? 'pass' : 'permerror';
  if (limit < total) return faulty('dkim-takes-partial-bodies') ? 'pass' : 'policy';
  return undefined;
}
