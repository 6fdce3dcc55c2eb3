import type { Severity } from './vocabulary.ts';

/** The gravest first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** Gravest first; equals keep their order. */
export function bySeverity<Rated extends { readonly severity: Severity }>(
  results: readonly Rated[],
): Rated[] {
  return results.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
