import type { Lab, PublishedAnswer } from '../check/lab.ts';
import type { LateWatch, Patience } from '../check/patience.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { LabAccess, RoutedVantage } from '../model/lab-access.ts';
import type { Target } from '../model/target.ts';

/** Runs a wait that says nothing about the target. */
export type Queueing = <Got>(wait: () => Promise<Got>) => Promise<Got>;

/** Runs a wait for what the target does in its own time. */
export type Waiting = <Got>(wait: () => Promise<Got>) => Promise<Got>;

/** Looks up what others than the lab publish. */
export type Elsewhere = (name: string, type: string) => Promise<PublishedAnswer>;

/** The lab of one run of a body, and its end. */
export interface CheckLab extends Lab {
  /** Closes and withdraws what the body opened. */
  close(): Promise<void>;
}

/** The lab of a target. */
export interface BenchLab {
  readonly access: LabAccess;
  /** An address near the target from which nobody has connected yet; undefined where none is left. */
  takeUnused(): RoutedVantage | undefined;
  /**
   * The same lab for clients that come from an address which the target has not met: `senders` are those of SMTP,
   * `readers` those of POP3 and IMAP. Undefined where no address is left.
   */
  fresh(who: 'senders' | 'readers'): BenchLab | undefined;
  /** The same lab for clients over IPv6, in vantages of as many networks; undefined where it has none. */
  overIpv6(): BenchLab | undefined;
  open(context: {
    readonly target: Target;
    readonly recorder: Recorder;
    readonly signal: AbortSignal;
    readonly nonce: string;
    /** Waits for what other checks hold; meanwhile no time of the check passes. */
    readonly queueing?: Queueing;
    /** Ends waits for which no time is named; without it the clock alone does. */
    readonly patience?: Patience;
    /** Takes what was given up by patience, to look again later; whoever takes it closes the lab when that is done. */
    readonly keepWatching?: (key: string, watch: LateWatch) => void;
    /** A watch is not needed any more. */
    readonly stopWatching?: (key: string) => void;
    /** Waits on purpose, which is told apart from work. */
    readonly waiting?: Waiting;
    /** Its receivers do more than reply at RCPT and at the end of the data (`own-delivery`). */
    readonly ownDelivery?: boolean;
    /** Looks up names that are none of the lab, where that stands in the open. */
    readonly elsewhere?: Elsewhere;
  }): CheckLab;
}
