import type { VariantResult } from './vocabulary.ts';

/** What one run has and the next has not: addresses, ports, counts, times, nonces. */
const OF_ONE_RUN = /(?:\d+\.){3}\d+|\b[0-9a-f]{8,}\b|\d+/g;

/**
 * What did not hold in any variant of a check, in an order that does not depend on the run and without what differs
 * from one run to the next: two servers that break the same demand have the same text here.
 */
export function brokenDemands({ variants }: { readonly variants: readonly VariantResult[] }): string[] {
  const demands = variants.flatMap(({ violations, deviations }) =>
    [...violations, ...deviations].map(({ demand }) => demand.replaceAll(OF_ONE_RUN, '#')),
  );
  return [...new Set(demands)].sort();
}
