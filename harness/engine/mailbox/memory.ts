import { quotableText, quotes } from '../../messages/quotes.ts';

/** A message that was seen in a mailbox. */
export interface Sighting {
  readonly mailbox: string;
  /** How the session named it: `UID 12`, or `message 3`. */
  readonly number: string;
}

/** A message with its octets, and the text in which tokens are looked for. */
export interface Arrival {
  readonly sighting: Sighting;
  readonly bytes: Buffer;
  readonly text: string;
}

/** Octets of messages and of their texts, kept at most; the newest are. */
const KEPT = 48 * 1_048_576;
/** Largest message that is kept, in octets. */
export const LARGEST = 1_048_576;

/** The newest messages that were seen, so that none is fetched for each who waits. */
export interface Memory {
  /** Takes a message apart, and keeps it unless it is too large. */
  keep(sighting: Sighting, bytes: Buffer): Arrival;
  /** A message that is still kept. */
  recall(sighting: Sighting): Arrival | undefined;
}

/** @param limit octets that are kept at most */
export function createMemory(limit: number = KEPT): Memory {
  const kept = new Map<Sighting, Arrival>();
  let total = 0;
  const weightOf = ({ bytes, text }: Arrival) => bytes.length + text.length;

  return {
    keep(sighting, received) {
      // The octets may be a part of all that the server sent, which must not be kept for their sake.
      const bytes = received.length > LARGEST ? received : Buffer.from(received);
      const arrival = { sighting, bytes, text: quotableText(bytes) };
      if (bytes.length > LARGEST) return arrival;
      kept.set(sighting, arrival);
      total += weightOf(arrival);
      for (const [oldest, given] of kept) {
        if (total <= limit) break;
        kept.delete(oldest);
        total -= weightOf(given);
      }
      return arrival;
    },
    recall: (sighting) => kept.get(sighting),
  };
}

export function quotesToken({ text }: Arrival, token: string): boolean {
  return quotes(text, token);
}
