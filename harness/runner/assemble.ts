import { arch, platform, release } from 'node:os';
import { concludeRun, concludeTarget, exitCodeOf, gateResult } from '../../reports/model/conclude.ts';
import { countVerdicts } from '../../reports/model/counts.ts';
import { type Consequences, diagnose, type KnownFault } from '../../reports/model/diagnosis.ts';
import type {
  CertificateRecord,
  Expectation,
  FoundBy,
  Gate,
  Order,
  Remedy,
  RoleSnapshot,
  RunRecord,
  TargetRecord,
} from '../../reports/model/record.ts';
import { rerunCommand } from '../engine/rerun.ts';
import { printable, visible } from '../evidence/visible.ts';
import type { ExpectedEntry } from '../expected/load.ts';
import { settle, waiverOf } from '../expected/settle.ts';
import type { ConformanceStatement } from '../model/conformance-statement.ts';
import type { ControlResult } from '../model/control-result.ts';
import type { LabAccess } from '../model/lab-access.ts';
import type { CheckResult } from '../model/result.ts';
import { ROLE_NAMES } from '../model/roles.ts';
import type { Suite } from '../model/suites.ts';
import type { Target } from '../model/target.ts';
import { writtenEndpoint } from '../wire/written-endpoint.ts';
import { readJournal } from './journal.ts';
import type { CheckFacts, Selection, TargetPlan } from './plan.ts';
import type { Profile } from './profile.ts';
import { profileRecordOf } from './profile-record.ts';
import { remediesFor } from './remedies.ts';
import { toolFacts } from './tool-facts.ts';
import { type StoredTranslation, translationsFor } from './translations.ts';

/** What became of one target: its plan, what the driver told, and where its journal lies. */
export interface AuditedTarget {
  readonly plan: TargetPlan;
  readonly declaration: {
    readonly name: string;
    readonly driver: string;
    readonly domain: string;
    readonly hostname: string;
    /** Where it is declared. */
    readonly at: TargetRecord['declaredAt'];
    /** What its vendor states about it. */
    readonly statement?: ConformanceStatement;
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
  readonly order?: Order;
  readonly selection: Selection;
  /** As in the record. */
  readonly expectedFrom?: string | null;
  readonly foundBy?: FoundBy;
  /** Deviations that are expected, of whichever target. */
  readonly expected: readonly ExpectedEntry[];
  /** How to mend whatever a check may find. */
  readonly remedies: readonly Remedy[];
  /** Mistakes whose consequences are known. */
  readonly knownFaults: readonly KnownFault[];
  readonly consequences: Consequences;
  /** The texts of checks in other languages. */
  readonly translations: readonly StoredTranslation[];
  /** The codes of every check there is. */
  readonly checks: readonly string[];
  /** The names of every target that is declared. */
  readonly declared: readonly string[];
  readonly rerunOptions: readonly string[];
  readonly engine: string | null;
  /** Suites that somebody else wrote and that are asked. */
  readonly suites?: readonly Required<Suite>[];
  readonly suitesFrom?: readonly string[];
}

/**
 * The record of a run. It starts from the plan: a selected check without a result in the journal is
 * `not-run`, whatever Vitest believes.
 */
export async function assembleRecord(run: RunFacts, audited: readonly AuditedTarget[]): Promise<RunRecord> {
  const judged = audited.map((one) => judge(one, run));
  const expected = run.expected.map((entry) =>
    settle(entry, {
      ...run,
      verdictOf: (target, check) =>
        judged
          .find(({ declaration }) => declaration.name === target)
          ?.results.find(({ result }) => result.check === check)?.result.verdict,
    }),
  );
  const met = expected.filter(({ state }) => state === 'met');
  const targets = judged.map((one) => assembleTarget(one, met, run));
  const conclusion = concludeRun({ interrupted: run.interrupted, targets });
  const all = targets.flatMap((target) => target.results);
  const { only, skip, again } = run.selection;
  return {
    schema: 'mailspec-results/1',
    runId: run.runId,
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt.toISOString(),
    durationMs: run.finishedAt.getTime() - run.startedAt.getTime(),
    conclusion,
    exitCode: exitCodeOf({ interrupted: run.interrupted, targets, expected }),
    interrupted: run.interrupted,
    tool: await toolFacts(),
    environment: {
      os: `${platform()} ${release()}`,
      arch: arch(),
      ci: ciName(),
      engine: run.engine,
    },
    profile: profileRecordOf(run.profile, run.strict),
    ...(run.expectedFrom === undefined ? {} : { expectedFrom: run.expectedFrom }),
    ...(run.foundBy === undefined ? {} : { foundBy: run.foundBy }),
    ...(again ? { rerunOf: { runId: again.runId, checks: all.length, of: again.of } } : {}),
    ...(run.order ? { order: run.order } : {}),
    selection: { only, skip },
    counts: {
      ...countVerdicts(all),
      notSelected: targets.reduce((sum, target) => sum + target.notSelected.length, 0),
    },
    expected,
    remedies: remediesFor(all, run.remedies),
    translations: translationsFor(all, run.translations),
    ...(run.suitesFrom && run.suitesFrom.length > 0 ? { suitesFrom: run.suitesFrom } : {}),
    ...(run.suites && run.suites.length > 0 ? { suites: run.suites } : {}),
    targets,
  };
}

interface JudgedTarget extends AuditedTarget {
  readonly results: readonly { readonly result: CheckResult; readonly gate: Gate }[];
  readonly capabilities: readonly RoleSnapshot[];
  readonly certificates: readonly CertificateRecord[];
  readonly controls: readonly ControlResult[];
}

/** What the journal of a target says, with a result for every selected check, in the order of the plan. */
function judge(audited: AuditedTarget, { rerunOptions }: RunFacts): JudgedTarget {
  const { plan, failure, journalFile, disagreements } = audited;
  const entries = failure === null ? readJournal(journalFile) : [];
  const found = new Map<string, CheckResult>();
  const capabilities: RoleSnapshot[] = [];
  const certificates: CertificateRecord[] = [];
  const controlsByName = new Map<string, ControlResult>();
  for (const entry of entries) {
    if (entry.kind === 'capabilities') {
      capabilities.push(...entry.capabilities);
      certificates.push(...entry.certificates);
    } else if (entry.kind === 'control') controlsByName.set(entry.control.control, entry.control);
    // Of what was asked twice, the second answer counts.
    else found.set(entry.result.check, entry.result);
  }
  const results = plan.selected.map(({ facts, gate }) => {
    const rerun = rerunCommand(plan.target, facts.check, rerunOptions);
    const result = found.get(facts.check) ?? notRun(facts, plan.target, failure, rerun);
    const disagreement = disagreements.get(facts.check);
    return { result: disagreement === undefined ? result : disputed(result, disagreement), gate };
  });
  // In an order that does not depend on which of them ended first.
  const controls = [...controlsByName.values()].sort((a, b) => a.control.localeCompare(b.control));
  return { ...audited, results, capabilities, certificates, controls };
}

function assembleTarget(
  judged: JudgedTarget,
  met: readonly Expectation[],
  { strict, knownFaults, consequences }: RunFacts,
): TargetRecord {
  const { plan, declaration, target, lab, artefact, failure, capabilities, certificates, controls } = judged;
  const results = judged.results.map(({ result, gate }) => {
    const entry = met.find((one) => one.target === plan.target && one.check === result.check);
    return gateResult(result, gate, strict, entry ? waiverOf(entry) : null);
  });
  const causes = diagnose(results, knownFaults, consequences);
  const record = {
    name: declaration.name,
    declaredAt: declaration.at,
    driver: declaration.driver,
    domain: declaration.domain,
    hostname: declaration.hostname,
    endpoints: ROLE_NAMES.flatMap((role) => {
      const endpoint = target?.endpoints[role];
      return endpoint ? [{ role, address: writtenEndpoint(endpoint) }] : [];
    }),
    capabilities,
    ...(certificates.length === 0 ? {} : { certificates }),
    lab: lab && {
      vantages: lab.vantages.map(({ name, address, network }) => ({ name, address, network })),
      ...lab.preflight,
    },
    artefact,
    ...(declaration.statement ? { conformanceStatement: declaration.statement } : {}),
    ...guestOf(target),
    failure,
    counts: countVerdicts(results),
    notSelected: plan.notSelected,
    ...(controls.length === 0 ? {} : { controls }),
    ...(causes.length === 0 ? {} : { causes }),
    results,
  };
  return { ...record, conclusion: concludeTarget(record) };
}

function guestOf(target: Target | null): Pick<TargetRecord, 'guest'> {
  if (!target?.guest) return {};
  const shown = (text: string | null) => (text === null ? null : printable(text));
  const { authority, contact } = target.guest;
  return {
    guest: { permissions: target.permissions, authority: shown(authority), contact: shown(contact) },
  };
}

function notRun(facts: CheckFacts, target: string, failure: string | null, rerun: string): CheckResult {
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
    rerun,
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
