import type { Account } from '../model/target.ts';

/** Where a message is waited for: at the servers of the lab, or in a mailbox of the target. */
export type Place = 'elsewhere' | { readonly mailboxOf: Account };

/** What the deliveries of this run say about how long one takes. */
export interface Patience {
  /**
   * Sends a marker on the way to the place once a delivery is overdue, and waits until it has arrived and a margin
   * has passed, which is learned from the deliveries of this run.
   * @returns a sentence that says so; null where no marker can go, or none arrived, so that the clock alone decides
   * @throws the reason of the signal when it ends the wait
   */
  enough(place: Place, signal: AbortSignal): Promise<string | null>;
  /**
   * For waits that are longer than a delivery takes: ends once nobody in the run does anything but wait so.
   * @throws the reason of the signal when it ends the wait
   */
  nothingElse(signal: AbortSignal): Promise<void>;
  /** A delivery took so long, in milliseconds. */
  learn(ms: number): void;
}

/** Absent mail that was given up before the whole time for a delivery had passed. */
export interface LateWatch {
  /** When that time is over, on the clock of `performance.now()`. */
  readonly until: number;
  /** What has come after all, in one sentence; null where nothing has. */
  look(): Promise<string | null>;
}
