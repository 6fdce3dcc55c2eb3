import type { GatedResult } from '../../model/record.ts';
import { countStandings, STANDINGS, type Standing } from '../../model/standing.ts';
import type { Severity, SuiteSlug } from '../../model/vocabulary.ts';
import { html, type Safe } from './safe.ts';

/** What the results that a number counts have in common; whatever is absent may be anything. */
export interface Scope {
  readonly target?: string;
  readonly suite?: SuiteSlug;
  readonly severity?: Severity;
}

/** How many results have each standing, in their order; what does not occur is left out. */
export function partsOf(results: readonly GatedResult[]): readonly (readonly [Standing, number])[] {
  const counts = countStandings(results);
  return STANDINGS.map((standing) => [standing, counts[standing]] as const).filter(([, count]) => count > 0);
}

/**
 * How many of the results have a standing. Every such number of the page is made here, and says what it counts, so
 * that who reads the page back can count it again.
 */
export function numberOf(results: readonly GatedResult[], standing: Standing, scope: Scope = {}): Safe {
  const count = countStandings(results)[standing];
  return html`<data value="${count}" data-standing="${standing}"${
    scope.target === undefined ? null : html` data-of="${scope.target}"`
  }${scope.suite === undefined ? null : html` data-suite="${scope.suite}"`}${
    scope.severity === undefined ? null : html` data-severity="${scope.severity}"`
  }>${count}</data>`;
}
