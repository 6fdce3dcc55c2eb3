import type { Gate, Order, WaivableVerdict } from '../../reports/model/record.ts';
import type { LabAccess } from '../model/lab-access.ts';
import type { Target } from '../model/target.ts';
import type { Verdict } from '../model/verdict.ts';

/** What the worker of one target is told; structured-cloneable. */
export interface AuditContext {
  readonly runId: string;
  readonly target: Target;
  /** Null where the target has no lab. */
  readonly lab: LabAccess | null;
  /** Codes of the checks to run, with what the profile makes of a failure of each. */
  readonly gates: Readonly<Record<string, Gate>>;
  /** Verdicts that are expected and waived, by the codes of their checks. */
  readonly waived: Readonly<Record<string, WaivableVerdict>>;
  /** Options of the command line that a rerun needs beside target and check. */
  readonly rerunOptions: readonly string[];
  /** Null: the usual order, side by side. */
  readonly order: Order | null;
  /** Warnings count. */
  readonly strict: boolean;
  readonly suitesFolder: string;
  /** Folders of suites that somebody else wrote. */
  readonly otherSuites: readonly string[];
  readonly journalFile: string;
  readonly evidenceFolder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    audit: AuditContext;
  }
  interface TaskMeta {
    /**
     * The check that a test stands for, its verdict once there is one, and whether the test is to fail by it; or
     * that another test is to tell all that.
     */
    mailspec?: { check: string; title: string; verdict?: Verdict; fails?: boolean; isAskedAgain?: true };
    /** The checks that were asked once more in a test at the end, with what became of each. */
    mailspecAgain?: { check: string; title: string; verdict: Verdict; fails: boolean }[];
  }
}
