import type { Conclusion, Order, RunRecord, TargetRecord } from '../../reports/model/record.ts';
import { stabilityOf } from '../../reports/model/stability.ts';
import type { Profile } from '../runner/profile.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** The name of the predicate below and of its version; nothing is to be found there. */
const PREDICATE_TYPE = 'https://mailspec.example/audit/v1';

/** What a sealed run says. */
interface SealedRun {
  readonly record: RunRecord;
}

/** All that a statement is made of; it all stands in the archive. */
export interface StatementFacts {
  /** Every other member with its SHA-256, in the order of the archive. */
  readonly members: readonly { readonly name: string; readonly sha256: string }[];
  readonly runs: readonly SealedRun[];
  readonly profile: {
    readonly profile: Profile;
    readonly sha256: string;
    /** Whether the lock of the archive has it. */
    readonly isLocked: boolean;
  };
  /** SHA-256 of the list of the digests of the code. */
  readonly code: string;
}

/** Requirements of the profile that were not asked of a target, with the reason. */
export interface LeftOut {
  readonly why: string;
  readonly checks: readonly string[];
}

/** What the seal says of the audit: everything in it follows from the members of the archive. */
export interface Predicate {
  /** That of the worst run; `undetermined` where each is conformant and a verdict wavered. */
  readonly conclusion: Conclusion;
  /** Every requirement of the profile was asked of every target, and nobody ended a run. */
  readonly complete: boolean;
  readonly tool: RunRecord['tool'] & { readonly code: string };
  readonly profile: {
    readonly id: string;
    readonly version: string;
    readonly title: string;
    readonly strict: boolean;
    readonly verification: Profile['verification'];
    readonly state: 'frozen' | 'unreleased' | 'not locked';
    readonly sha256: string;
  };
  readonly targets: readonly {
    readonly name: string;
    readonly driver: string;
    readonly domain: string;
    readonly hostname: string;
    readonly asked: number;
    readonly leftOut: readonly LeftOut[];
  }[];
  readonly runs: readonly {
    readonly runId: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly conclusion: Conclusion;
    readonly interrupted: string | null;
    /** The run of which this one asked a part again; null where it asked on its own. */
    readonly rerunOf: string | null;
    readonly counts: RunRecord['counts'];
    readonly targets: readonly Pick<TargetRecord, 'name' | 'conclusion' | 'counts' | 'failure'>[];
    readonly waivers: readonly {
      readonly target: string;
      readonly check: string;
      readonly verdict: string;
      readonly reason: string;
      readonly authority: string;
      readonly expires: string;
    }[];
  }[];
  /** Null where one run stands alone: it says nothing about how its verdicts waver. */
  readonly stability: {
    readonly runs: number;
    /** In which order each run took its checks; null where it was the usual one, side by side. */
    readonly orders: readonly (Order | null)[];
    readonly checks: number;
    readonly wavering: readonly {
      readonly target: string;
      readonly check: string;
      /** In the order of the runs; null where a run did not have the check. */
      readonly verdicts: readonly (string | null)[];
    }[];
  } | null;
}

/** The statement as it is sealed, as JSON (in-toto attestation framework, Statement v1). */
export function writeStatement(facts: StatementFacts): string {
  const statement = {
    _type: STATEMENT_TYPE,
    subject: facts.members.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: predicateOf(facts),
  };
  return `${JSON.stringify(statement)}\n`;
}

/** What the seal says of runs. @throws TypeError where there is no run */
export function predicateOf({ runs, profile: sealed, code }: StatementFacts): Predicate {
  const records = runs.map(({ record }) => record);
  const [first] = records;
  if (!first) throw new TypeError('A statement is about one run at least.');
  const { profile, sha256, isLocked } = sealed;
  const targets = first.targets.map((target) => targetOf(target, first, profile));
  const stability = records.length < 2 ? null : stabilityIn(records);
  return {
    conclusion: conclusionOf(records, stability),
    complete:
      targets.every(({ leftOut }) => leftOut.length === 0) &&
      records.every(({ interrupted, rerunOf }) => interrupted === null && rerunOf === undefined),
    tool: { ...first.tool, code },
    profile: {
      id: profile.id,
      version: profile.version,
      title: profile.title,
      strict: first.profile.strict,
      verification: profile.verification,
      state: profile.unreleased ? 'unreleased' : isLocked ? 'frozen' : 'not locked',
      sha256,
    },
    targets,
    runs: records.map(runOf),
    stability,
  };
}

function targetOf(
  { name, driver, domain, hostname, results, notSelected }: TargetRecord,
  { suites = [] }: RunRecord,
  { gates }: Profile,
): Predicate['targets'][number] {
  const isDemanded = (code: string) =>
    gates[code] !== undefined || suites.some(({ prefix }) => code.startsWith(`${prefix}-`));
  const left = Map.groupBy(
    notSelected.filter(({ check }) => isDemanded(check)),
    ({ why }) => why,
  );
  return {
    name,
    driver,
    domain,
    hostname,
    asked: results.length,
    leftOut: [...left].map(([why, all]) => ({ why, checks: all.map(({ check }) => check) })),
  };
}

function runOf(record: RunRecord): Predicate['runs'][number] {
  const { runId, startedAt, finishedAt, conclusion, interrupted, rerunOf, counts, targets } = record;
  return {
    runId,
    startedAt,
    finishedAt,
    conclusion,
    interrupted,
    rerunOf: rerunOf?.runId ?? null,
    counts,
    targets: targets.map((target) => ({
      name: target.name,
      conclusion: target.conclusion,
      counts: target.counts,
      failure: target.failure,
    })),
    waivers: targets.flatMap(({ name, results }) =>
      results.flatMap(({ check, verdict, waiver }) =>
        waiver === null
          ? []
          : [
              {
                target: name,
                check,
                verdict,
                reason: waiver.reason,
                authority: waiver.authority,
                expires: waiver.expires,
              },
            ],
      ),
    ),
  };
}

function stabilityIn(records: readonly RunRecord[]): Predicate['stability'] {
  const { checks, wavering } = stabilityOf(records.map((record, at) => ({ folder: String(at + 1), record })));
  return {
    runs: records.length,
    orders: records.map(({ order }) => order ?? null),
    checks,
    wavering: wavering.map(({ target, check, verdicts }) => ({ target, check, verdicts })),
  };
}

function conclusionOf(records: readonly RunRecord[], stability: Predicate['stability']): Conclusion {
  const all = records.map(({ conclusion }) => conclusion);
  if (all.includes('non-conformant')) return 'non-conformant';
  if (all.includes('undetermined') || (stability?.wavering.length ?? 0) > 0) return 'undetermined';
  return 'conformant';
}

/** Why runs are not repetitions of one audit; null where they are. */
export function differenceOf(records: readonly RunRecord[]): string | null {
  const [first, ...others] = records;
  if (!first) return null;
  const asked = ({ tool, profile, selection, rerunOf, targets }: RunRecord): Record<string, unknown> => ({
    'the tool': tool,
    'the profile': profile,
    'the selection': [selection, rerunOf],
    'the targets': targets.map(({ name, driver, domain, hostname, results, notSelected }) => [
      [name, driver, domain, hostname],
      results.map(({ check, gate }) => [check, gate]),
      notSelected,
    ]),
  });
  const expected = asked(first);
  for (const other of others) {
    const found = asked(other);
    for (const [what, value] of Object.entries(expected))
      if (JSON.stringify(value) !== JSON.stringify(found[what]))
        return `Runs ${first.runId} and ${other.runId} are no repetitions: ${what} differ${what.endsWith('targets') ? '' : 's'}.`;
  }
  const ids = records.map(({ runId }) => runId);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) return `The run ${twice} is there twice; one run cannot confirm itself.`;
  const overlapping = records.find(
    ({ startedAt }, at) => at > 0 && startedAt < (records[at - 1]?.finishedAt ?? ''),
  );
  return overlapping ? `Run ${overlapping.runId} began before the one in front of it ended.` : null;
}
