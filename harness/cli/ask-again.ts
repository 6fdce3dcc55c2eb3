import { exitCodeOf } from '../../reports/model/conclude.ts';
import type { FoundBy, GatedResult, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import { loadChecks } from '../engine/load.ts';
import { logLine } from '../evidence/log-line.ts';
import { visible } from '../evidence/visible.ts';
import type { ExpectedChoice } from '../expected/find.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { meant } from '../model/nearest.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Choosable, chosenFrom } from '../runner/choose-checks.ts';
import type { Selection } from '../runner/plan.ts';
import type { Statement } from '../targets/authority.ts';
import type { AuditRequest } from './audit.ts';
import { readRecordWithEvidence } from './changed-evidence.ts';
import { SUITES_FOLDER } from './suites-folder.ts';

/** Where a partial run writes unless it is told: the record that it begins from stays whole. */
const FOLDER = 'mailspec-rerun';

const LEFT: ReadonlySet<Verdict> = new Set(['fail', 'inconclusive', 'error', 'not-run']);

/** What is asked again, and how its servers are found where no targets file declares them. */
export interface AskedAgain {
  readonly request: AuditRequest;
  readonly foundBy?: FoundBy;
}

/** Options of `mailspec audit` that an earlier run decides unless they are given. */
export type Remembered = 'targets' | 'profile' | 'expected' | 'out' | 'suites';

/**
 * `mailspec audit --rerun`: what an earlier run left failed or open, asked in the same way.
 * @returns what is to be asked, or the exit code of what the earlier run says where nothing is left to ask
 * @throws ConfigurationError where there is no such run, or a target is no part of it
 */
export async function askAgain(
  path: string,
  asked: AuditRequest,
  isGiven: (name: Remembered) => boolean,
): Promise<AskedAgain | number> {
  const earlier = await readRecordWithEvidence(path);
  const targets = targetsOf(earlier, asked.names, path);
  const all = targets.flatMap(({ results }) => results.filter(isLeft));
  if (all.length === 0) return nothingLeft(earlier, targets);
  const chosen = await chosenOf(all, asked.selection);
  const byTarget = Map.groupBy(chosen, ({ target }) => target);
  const of = targets.reduce((sum, { results }) => sum + results.length, 0);
  if (asked.loudness !== 'quiet')
    print(
      `Run ${earlier.runId} left ${all.length} of ${of} checks failed or open; ${chosen.length === all.length ? 'these are' : `${chosen.length} of these, by --only and --skip, are`} asked again, and nothing else.`,
    );
  const { profile, foundBy } = earlier;
  const request: AuditRequest = {
    ...asked,
    names: [...byTarget.keys()],
    targets: isGiven('targets') || foundBy ? asked.targets : (targets[0]?.declaredAt.file ?? asked.targets),
    statement: foundBy ? { ...statementIn(targets), ...asked.statement } : asked.statement,
    out: isGiven('out') ? asked.out : FOLDER,
    profile: isGiven('profile') ? asked.profile : `${profile.id}@${profile.version}`,
    strict: asked.strict || profile.strict,
    expected: isGiven('expected') ? asked.expected : expectedOf(earlier),
    suites: isGiven('suites') ? asked.suites : (earlier.suitesFrom ?? []),
    selection: {
      only: [...new Set(chosen.map(({ check }) => check))],
      skip: [],
      again: {
        runId: earlier.runId,
        checks: Object.fromEntries([...byTarget].map(([name, its]) => [name, its.map(({ check }) => check)])),
        of,
      },
    },
  };
  return { request, ...(foundBy ? { foundBy } : {}) };
}

/** What was said for servers that no targets file declares: it is the same for all of them. */
function statementIn([first]: readonly TargetRecord[]): Statement {
  const { authority = null, contact = null } = first?.guest ?? {};
  return { ...(authority === null ? {} : { authority }), ...(contact === null ? {} : { contact }) };
}

/** Those that `--only` and `--skip` choose. @throws ConfigurationError where they choose none */
async function chosenOf(
  left: readonly GatedResult[],
  { only, skip }: Selection,
): Promise<readonly GatedResult[]> {
  if (only.length === 0 && skip.length === 0) return left;
  // Codes of suites that somebody else wrote are known by their results.
  const known = [...(await loadChecks(SUITES_FOLDER)), ...left.map(choosableOf)];
  const isChosen = chosenFrom(known, { only, skip });
  const chosen = left.filter((one) => isChosen(choosableOf(one)));
  if (chosen.length === 0)
    throw new ConfigurationError(
      '--only and --skip choose nothing of what the earlier run left failed or open.',
    );
  return chosen;
}

function choosableOf({ check, slug, suite, clauses }: GatedResult): Choosable {
  return { suite, definition: { id: check, slug, clauses } };
}

function print(sentence: string): void {
  process.stdout.write(`${logLine(sentence)}\n`);
}

/** What failed, what has no verdict, and warnings where they count. */
function isLeft({ verdict, consequence }: GatedResult): boolean {
  return LEFT.has(verdict) || consequence === 'finding';
}

function targetsOf({ targets }: RunRecord, names: readonly string[], path: string): readonly TargetRecord[] {
  const known = targets.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ConfigurationError(
      ...unknown.map(
        (name) =>
          `The run in ${path} has no target "${visible(name)}"; ${meant(name, known, `it has ${known.join(', ')}.`)}`,
      ),
    );
  }
  return names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name));
}

function expectedOf({ expectedFrom }: RunRecord): ExpectedChoice {
  if (expectedFrom === undefined) return 'beside-targets';
  return expectedFrom === null ? 'none' : { file: expectedFrom };
}

/** The earlier run keeps its word: where nothing failed it may still have been cut short, or have stale expectations. */
function nothingLeft(earlier: RunRecord, targets: readonly TargetRecord[]): number {
  const { interrupted, expected } = earlier;
  const exitCode =
    targets.length === earlier.targets.length
      ? earlier.exitCode
      : exitCodeOf({
          interrupted,
          targets,
          expected: expected.filter((one) => targets.some(({ name }) => name === one.target)),
        });
  print(
    `Run ${earlier.runId} left nothing failed or open on ${targets.map(({ name }) => name).join(', ') || 'any target'}, so nothing is asked again; this ends as that run did, with ${exitCode}.`,
  );
  return exitCode;
}
