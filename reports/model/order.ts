import type { Order } from './record.ts';

/** In which order a run took its checks, after its name or number. */
export function orderText({ seed, isInTurn }: Order): string {
  return `order of seed ${seed}${isInTurn ? ', one check at a time' : ''}`;
}

/**
 * How several runs differed in the order of their checks, after what is said of them: what never differed says nothing
 * about how verdicts depend on it.
 * @param orders of the runs in their order; null where one took the usual order
 */
export function ordersText(orders: readonly (Order | null)[]): string {
  const seeds = [...new Set(orders.map((order) => order?.seed ?? null))];
  const named = seeds.map((seed) => seed ?? 'none').join(', ');
  const inTurn = orders.flatMap((order, index) => (order?.isInTurn ? [index + 1] : []));
  const how = seeds.length === 1 ? 'in one order' : `in ${seeds.length} orders (seeds ${named})`;
  return `${how}, ${inTurn.length === 0 ? 'always side by side' : `one check at a time in run ${inTurn.join(', ')}`}`;
}
