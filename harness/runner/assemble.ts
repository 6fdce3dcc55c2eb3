import { arch, platform, release } from 'node:os';
import { concludeRun, concludeTarget, exitCodeOf, gateResult } from '../../reports/model/conclude.ts';
import { countVerdicts } from '../../reports/model/counts.ts';
import type { RoleSnapshot, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import type { CheckResult } from '../check/result.ts';
import { ROLE_NAMES } from '../check/roles.ts';
import { visible } from '../evidence/visible.ts';
import type { LabAccess } from '../lab/access.ts';
import type { Target } from '../targets/target.ts';
import { readJournal } from './journal.ts';
import type { CheckFacts, Selection, TargetPlan } from './plan.ts';
import type { Profile } from './profile.ts';
import { toolFacts } from './tool-facts.ts';

/** What became of one target: its plan, what the driver told, and where its journal lies. */
export interface AuditedTarget {
  readonly plan: TargetPlan;
  readonly declaration: {
    readonly name: string;
    readonly driver: string;
    readonly domain: string;
    readonly hostname: string;
  };
  /** Null when the target could not be started. */
  readonly target: Target | null;
  readonly lab: LabAccess | null;
  readonly artefact: Readonly<Record<string, string>>;
  readonly failure: string | null;
  readonly journalFile: string;
  /** Checks whose journal entry and Vitest outcome disagree, with what Vitest said. */
  readonly disagreements: ReadonlyMap<string, string>;
}

export interface RunFacts {
  readonly runId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly interrupted: string | null;
  readonly profile: Profile;
  readonly strict: boolean;
  readonly selection: Selection;
  readonly engine: string | null;
}

/**
 * The record of a run. It starts from the plan: a selected check without a result in the journal is
 * `not-run`, whatever Vitest believes.
 */
export async function assembleRecord(run: RunFacts, audited: readonly AuditedTarget[]): Promise<RunRecord> {
  const targets = audited.map((one) => assembleTarget(one, run.strict));
  const conclusion = concludeRun({ interrupted: run.interrupted, targets });
  const all = targets.flatMap((target) => target.results);
  return {
    schema: 'mailspec-results/1',
    runId: run.runId,
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt.toISOString(),
    durationMs: run.finishedAt.getTime() - run.startedAt.getTime(),
    conclusion,
    exitCode: exitCodeOf(conclusion),
    interrupted: run.interrupted,
    tool: await toolFacts(),
    environment: {
      os: `${platform()} ${release()}`,
      arch: arch(),
      ci: ciName(),
      engine: run.engine,
    },
    profile: {
      id: run.profile.id,
      version: run.profile.version,
      title: run.profile.title,
      strict: run.strict,
    },
    selection: run.selection,
    counts: {
      ...countVerdicts(all),
      notSelected: targets.reduce((sum, target) => sum + target.notSelected.length, 0),
    },
    targets,
  };
}

function assembleTarget(audited: AuditedTarget, strict: boolean): TargetRecord {
  const { plan, declaration, target, lab, artefact, failure, journalFile, disagreements } = audited;
  const entries = failure === null ? readJournal(journalFile) : [];
  const found = new Map<string, CheckResult>();
  const capabilities: RoleSnapshot[] = [];
  for (const entry of entries) {
    if (entry.kind === 'capabilities') capabilities.push(...entry.capabilities);
    else found.set(entry.result.check, entry.result);
  }
  const results = plan.selected.map(({ facts, gate }) => {
    const result = found.get(facts.check) ?? notRun(facts, plan.target, failure);
    const disagreement = disagreements.get(facts.check);
    return gateResult(disagreement === undefined ? result : disputed(result, disagreement), gate, strict);
  });
  const record = {
    name: declaration.name,
    driver: declaration.driver,
    domain: declaration.domain,
    hostname: declaration.hostname,
    endpoints: ROLE_NAMES.flatMap((role) => {
      const endpoint = target?.endpoints[role];
      return endpoint ? [{ role, address: `${endpoint.host}:${endpoint.port}` }] : [];
    }),
    capabilities,
    lab: lab && {
      vantages: lab.vantages.map(({ name, address, network }) => ({ name, address, network })),
      ...lab.preflight,
    },
    artefact,
    failure,
    counts: countVerdicts(results),
    notSelected: plan.notSelected,
    results,
  };
  return { ...record, conclusion: concludeTarget(record) };
}

function notRun(facts: CheckFacts, target: string, failure: string | null): CheckResult {
  return {
    ...facts,
    target,
    verdict: 'not-run',
    cause: 'harness',
    reason:
      failure === null ? 'The check was planned and left no result.' : 'The target could not be audited.',
    variants: [],
    startedAt: new Date(0).toISOString(),
    durationMs: 0,
    attempt: 1,
    control: null,
    evidence: null,
    transcript: [],
    transcriptOmitted: 0,
    rerun: `npx mailspec audit ${target} --only ${facts.check}`,
  };
}

/** A result that the scheduler contradicts is not to be trusted. */
function disputed(result: CheckResult, disagreement: string): CheckResult {
  return {
    ...result,
    verdict: 'error',
    cause: 'harness',
    reason: `The journal says ${result.verdict}, the test runner says otherwise: ${visible(disagreement)}`,
  };
}

function ciName(): string | null {
  if (process.env.GITHUB_ACTIONS) return 'GitHub Actions';
  if (process.env.GITLAB_CI) return 'GitLab CI';
  if (process.env.JENKINS_URL) return 'Jenkins';
  return process.env.CI ? 'CI' : null;
}
