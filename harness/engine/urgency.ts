/** Who goes first in a queue: the higher one; of equal ones who came first. */
export type Urgency = number;

/** Before everybody who waits in turn: others wait for what it finds. */
export const AHEAD: Urgency = Number.POSITIVE_INFINITY;

/** Puts somebody into a queue, after everybody who is as urgent. */
export function enqueue<Waiting extends { readonly urgency: Urgency }>(
  queue: Waiting[],
  waiting: Waiting,
): void {
  const place = queue.findIndex(({ urgency }) => urgency < waiting.urgency);
  queue.splice(place < 0 ? queue.length : place, 0, waiting);
}
