import type { Mailbox } from '../store/mailbox.ts';

/** Mailbox by mailbox, the UIDs of messages and the places that they have. */
const taken = new WeakMap<Mailbox, Map<number, number>>();

/**
 * Fault: a number from 1 on that a message keeps for as long as it is there, the lowest one that no other message has.
 * It is free again when the message is gone.
 */
export function lowestFreePlace(mailbox: Mailbox, uid: number): number {
  const places = taken.get(mailbox) ?? new Map<number, number>();
  taken.set(mailbox, places);
  for (const one of places.keys()) if (!mailbox.find(one)) places.delete(one);
  const known = places.get(uid);
  if (known !== undefined) return known;
  const inUse = new Set(places.values());
  let place = 1;
  while (inUse.has(place)) place += 1;
  places.set(uid, place);
  return place;
}
