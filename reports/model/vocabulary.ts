/** The words of the checks that reports need at run time; writers take them from here. */
export type { Clause } from '../../harness/check/clause.ts';
export type { Level, Severity } from '../../harness/check/define.ts';
export type { CheckResult, TranscriptLine, VariantResult } from '../../harness/check/result.ts';
export { ROLE_NAMES, type Role } from '../../harness/check/roles.ts';
export { type CheckId, SUITES, type SuiteSlug } from '../../harness/check/suites.ts';
export { CAUSES, type Cause, foldVerdicts, VERDICTS, type Verdict } from '../../harness/check/verdict.ts';
export type { Verification } from '../../harness/check/verify.ts';
