import type { Target } from '../targets/target.ts';

/** What the worker of one target is told; structured-cloneable. */
export interface AuditContext {
  readonly runId: string;
  readonly target: Target;
  /** Codes of the checks to run. */
  readonly selected: readonly string[];
  readonly suitesFolder: string;
  readonly journalFile: string;
  readonly evidenceFolder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    audit: AuditContext;
  }
  interface TaskMeta {
    /** The code of the check that a test stands for, and its verdict once there is one. */
    mailspec?: { check: string; verdict?: string; title: string };
  }
}
