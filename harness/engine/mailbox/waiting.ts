import type { Arrival } from './memory.ts';

/** Somebody who waits for a message. */
export interface Waiting {
  /** Whoever began to wait later has a higher one. */
  readonly serial: number;
  readonly token: string;
  /** Still waits. */
  readonly waits: boolean;
  /** Ends the wait where this is the message. */
  take(arrival: Arrival): boolean;
}

/** Those who wait at this moment, in the order in which they began. */
export type Queue = () => readonly Waiting[];

/** A way to look into a mailbox. */
export interface MailboxSession {
  /** The server has not ended it. */
  readonly alive: boolean;
  /** Looks once into everything, and hands what comes to those who wait. Ends early when nobody does. */
  look(queue: Queue): Promise<void>;
  /** Holds on to nothing while nobody waits. */
  rest(): Promise<void>;
  /** Takes leave of the server, as far as it answers. */
  leave(): Promise<void>;
}

/** What was seen of a mailbox, over all sessions. */
export interface View {
  readonly messages: number;
  readonly mailboxes: number;
  /** Messages that are kept, in the order in which they count. */
  kept(): Iterable<Arrival>;
}
