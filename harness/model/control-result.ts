import type { SealedEvidence } from '../evidence/store.ts';
import type { TranscriptLine } from './result.ts';
import type { Cause } from './verdict.ts';

/** The name, among the controls of a record, of what a run learned about limits of its target. */
export const LIMITS_CONTROL = 'limits-of-the-server';

/** The part of a control that talked to nobody, from when it began until now. */
export function withoutDialogue(
  startedAt: Date,
): Pick<ControlResult, 'startedAt' | 'durationMs' | 'evidence' | 'transcript' | 'transcriptOmitted'> {
  return {
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    evidence: null,
    transcript: [],
    transcriptOmitted: 0,
  };
}

/** What a control came to on one target; JSON, every text from a server in visible notation. */
export interface ControlResult {
  readonly control: string;
  readonly title: string;
  /** `found`: checks can build on it; `broke-off`: they can tell nothing; `not-applicable`: the thing is absent. */
  readonly state: 'found' | 'broke-off' | 'not-applicable';
  /** Why it broke off; null where it did not. */
  readonly cause: Cause | null;
  /** Name of the control that broke off before and so ended this one; absent where none did. */
  readonly endedBy?: string;
  /** One sentence: what was found, or the reason. */
  readonly line: string;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly evidence: SealedEvidence | null;
  readonly transcript: readonly TranscriptLine[];
  /** Lines that were left out of `transcript`; the evidence has them all. */
  readonly transcriptOmitted: number;
  readonly source: { readonly file: string; readonly line: number };
}
