import type { SealedEvidence } from '../evidence/store.ts';
import type { Clause } from './clause.ts';
import type { Level, Severity } from './levels.ts';
import type { Role } from './roles.ts';
import type { CheckId, SuiteSlug } from './suites.ts';
import type { Cause, Verdict } from './verdict.ts';
import type { Verification } from './verification.ts';

/** Outcome of one run of a body, or of one input inside it. */
export interface VariantResult {
  /** The role, and behind a slash the name of the input. */
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
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly attempt: 1;
  /** The control conversation behind the body: whether the server still lived; null where none was due. */
  readonly control: { readonly alive: boolean; readonly text: string } | null;
  readonly evidence: SealedEvidence | null;
  readonly transcript: readonly TranscriptLine[];
  /** Lines of the transcript that were left out of `transcript`; the evidence has them all. */
  readonly transcriptOmitted: number;
  readonly source: { readonly file: string; readonly line: number };
  /** The command that reruns this check alone. */
  readonly rerun: string;
}
