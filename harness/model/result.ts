import type { SealedEvidence } from '../evidence/store.ts';
import type { Clause } from './clause.ts';
import type { Level, Severity } from './levels.ts';
import type { Role } from './roles.ts';
import type { CheckId, SuiteSlug } from './suites.ts';
import type { Cause, Verdict } from './verdict.ts';
import type { Verification } from './verification.ts';

/** Outcome of one run of a body, or of one input inside it. */
export interface VariantResult {
  /** The role, and after a slash the name of the input. */
  readonly name: string;
  readonly role: Role | null;
  readonly verdict: Verdict;
  readonly cause: Cause | null;
  /** One sentence, in visible notation. */
  readonly reason: string;
  /** What did not hold and must. */
  readonly violations: readonly Verification[];
  /** What did not hold and should. */
  readonly deviations: readonly Verification[];
  /** How many verifications were recorded. */
  readonly verified: number;
  /** Name of the control that broke off and so ended this; absent where none did. */
  readonly endedBy?: string;
}

/** One line of the transcript as reports show it; `mark` names a verification that did not hold here. */
export interface TranscriptLine {
  readonly seq: number;
  /** Microseconds since the check began. */
  readonly at: number;
  readonly connection: number;
  readonly who: 'client' | 'server' | 'note';
  readonly layer: 'clear' | 'tls' | null;
  readonly text: string;
  readonly mark: 'violation' | 'deviation' | null;
}

/** Where the time of a check went, in milliseconds: queued, worked and waited add up to all of it. */
export interface CheckTimes {
  /** It waited for what others held, mostly before its first step. */
  readonly queuedMs: number;
  /** It talked to the target, the waits for single replies included. */
  readonly workedMs: number;
  /** It waited on purpose: for mail to arrive, or for time to pass. */
  readonly waitedMs: number;
  /** This machine did not let it run; part of the others. */
  readonly delayedMs: number;
  /** What it queued for, and how long at most. */
  readonly queues: readonly { readonly for: string; readonly ms: number }[];
  /** What it held alone while it ran. */
  readonly holds: readonly string[];
}

/** Result of one check on one target; JSON, every text from a server in visible notation. */
export interface CheckResult {
  readonly check: CheckId;
  readonly slug: string;
  readonly suite: SuiteSlug;
  readonly title: string;
  readonly sends: string;
  readonly demands: string;
  readonly level: Level;
  readonly severity: Severity;
  readonly clauses: readonly Clause[];
  readonly limits: readonly string[];
  /** Names of the controls that the check builds on. */
  readonly controls?: readonly string[];
  readonly target: string;
  readonly verdict: Verdict;
  readonly cause: Cause | null;
  readonly reason: string;
  readonly variants: readonly VariantResult[];
  /** Name of the control that broke off and so left the check without a verdict; absent where none did. */
  readonly endedBy?: string;
  /** When it took its first step; UTC, ISO 8601. */
  readonly startedAt: string;
  /** From its first step to its end. */
  readonly durationMs: number;
  /** Absent where it never ran, and in records of older versions. */
  readonly times?: CheckTimes;
  /** 2: the first time it could not be told, and it was asked once more, alone. */
  readonly attempt: 1 | 2;
  /** The control conversation after the body: whether the server still lived; null where none was due. */
  readonly control: { readonly alive: boolean; readonly text: string } | null;
  readonly evidence: SealedEvidence | null;
  readonly transcript: readonly TranscriptLine[];
  /** Lines of the transcript that were left out of `transcript`; the evidence has them all. */
  readonly transcriptOmitted: number;
  readonly source: { readonly file: string; readonly line: number };
  /** The command that reruns this check alone. */
  readonly rerun: string;
}
