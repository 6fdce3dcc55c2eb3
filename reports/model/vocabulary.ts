/** The words of the checks that reports need at run time; writers take them from here. */
export type { Clause } from '../../harness/model/clause.ts';
export type { ControlResult } from '../../harness/model/control-result.ts';
export type { Level, Severity } from '../../harness/model/levels.ts';
export type { CheckResult, TranscriptLine, VariantResult } from '../../harness/model/result.ts';
export { ROLE_NAMES, ROLES, type Role } from '../../harness/model/roles.ts';
export {
  type CheckId,
  type OwnSuite,
  SUITES,
  type Suite,
  type SuiteSlug,
} from '../../harness/model/suites.ts';
export { CAUSES, type Cause, foldVerdicts, VERDICTS, type Verdict } from '../../harness/model/verdict.ts';
export type { Verification } from '../../harness/model/verification.ts';
