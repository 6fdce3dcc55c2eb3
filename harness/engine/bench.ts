import type { Patience } from '../check/patience.ts';
import type { Services } from '../check/services.ts';
import type { Recorder } from '../evidence/recorder.ts';
import type { Redactor } from '../evidence/redaction.ts';
import type { BenchLab, Queueing } from '../lab/bench-lab.ts';
import type { LabAccess, RoutedVantage } from '../model/lab-access.ts';
import type { Role } from '../model/roles.ts';
import type { CheckId } from '../model/suites.ts';
import type { Target } from '../model/target.ts';
import type { PublicResolver } from '../public-dns/lookup.ts';
import type { Controls } from './controls.ts';
import type { Crowd, Seat } from './crowd.ts';
import type { Doubt } from './doubt.ts';
import type { Late } from './late.ts';
import type { Life } from './life.ts';
import type { Limits } from './limits.ts';
import type { Locks } from './locks.ts';
import type { Mailboxes } from './mailbox/mailboxes.ts';
import type { Pace } from './pace.ts';
import type { Slots } from './slots.ts';

/** The part of the services that talks to the target; the owner of every connection it opened. */
export interface Sessions extends Pick<Services, 'smtp' | 'pop3' | 'imap' | 'connect'> {
  /** Closes whatever is still open. */
  closeAll(): void;
}

/** What one run of a body needs to open connections. */
export interface SessionContext {
  readonly target: Target;
  readonly role: Role;
  readonly helloName: string;
  /** Where connections come from when no vantage is named; the usual one of the lab when absent. */
  readonly from?: RoutedVantage | undefined;
  /** Null: connections go straight to the endpoints of the target. */
  readonly lab: LabAccess | null;
  readonly recorder: Recorder;
  /** Hands out connection numbers, unique within a check. */
  readonly nextConnection: () => number;
  /** Most connections that may be open at the same time. */
  readonly limit: number;
  /** The certificates of the server are wanted as it sent them; costs a detour of every octet. */
  readonly certificatesAsSent?: boolean;
  /** Where each connection takes its slot; absent where whoever opens the sessions holds them all. */
  readonly slots?: Pick<Slots, 'take'>;
  /** What each connection to the target waits for before it begins; absent where nothing slows them. */
  readonly pace?: Pick<Pace, 'admit'>;
  /** How a client that is turned away at the greeting comes again; absent where it does not. */
  readonly door?: { readonly pauses: readonly number[]; readonly waiting: Queueing };
  /** Called before a connection to IMAP or POP3 of the target is opened. */
  readonly onMailboxVisit?: () => void;
  readonly signal: AbortSignal;
}

/** Where a check is evaluated: the target and what surrounds it. */
export interface Bench {
  readonly target: Target;
  readonly runId: string;
  /** The nonces of every body so far; messages of this run are told by them. */
  readonly nonces: Set<string>;
  /** Secrets of the target, removed from everything recorded. */
  readonly redactor: Redactor;
  /** The connection budget of the target. */
  readonly slots: Slots;
  /** How often connections begin. */
  readonly pace: Pace;
  /** Pauses after which clients come again that are turned away at the greeting, in milliseconds; none by default. */
  readonly doorPauses?: readonly number[];
  /** How many clients the target was seen to serve. */
  readonly limits: Limits;
  /** What must be known of the target before checks can tell anything. */
  readonly controls: Controls;
  /** How long absent mail is waited for. */
  readonly patience: Omit<Patience, 'nothingElse'>;
  /** Who still has something to do. */
  readonly crowd: Crowd;
  /** The place in it of the check that is evaluated; it takes one of its own when absent. */
  readonly seat?: Seat;
  /** What stays open after a check has ended. */
  readonly late: Late;
  /** The mailboxes of the target, each watched for all checks that wait for a message in it. */
  readonly mailboxes: Mailboxes;
  /** What checks use one at a time. */
  readonly locks: Locks;
  /** What the checks of this run have learned about the life of the target. */
  readonly life: Life;
  /** Checks that may be told if they are asked once more, and why, by their codes. */
  readonly doubts: Map<CheckId, Doubt>;
  /** Folder for sealed evidence; null: keep none. */
  readonly evidenceFolder: string | null;
  /** Null where the target has no lab. */
  readonly lab: BenchLab | null;
  /** Asks the resolver that the declaration of the target names; null where it names none. */
  readonly resolver: PublicResolver | null;
  /** Options of the command line that a rerun needs beside target and check. */
  readonly rerunOptions?: readonly string[];
  readonly openSessions: (context: SessionContext) => Sessions;
  /** Fires when the whole run is being ended. */
  readonly signal: AbortSignal;
  /** Ends what outlives a check. Every evaluation must have ended. */
  close(): Promise<void>;
}
