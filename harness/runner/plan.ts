import type { Gate } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import type { Claims } from '../model/claims.ts';
import { isPromised } from '../model/promises.ts';
import type { CheckResult } from '../model/result.ts';
import type { Target } from '../model/target.ts';
import { chosenFrom } from './choose-checks.ts';
import type { Profile } from './profile.ts';
import { asAskedOf, lacksPublicDns } from './public-dns.ts';

/** What of a check stands in every result, run or not. */
export type CheckFacts = Pick<
  CheckResult,
  | 'check'
  | 'slug'
  | 'suite'
  | 'title'
  | 'sends'
  | 'demands'
  | 'level'
  | 'severity'
  | 'clauses'
  | 'limits'
  | 'source'
>;

export interface Selection {
  /** What `chosenBy` understands; empty: everything. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** The part of an earlier run that is asked again; absent: the run stands on its own. */
  readonly again?: Again;
}

/** What an earlier run left failed or open. */
export interface Again {
  readonly runId: string;
  /** Codes by target; a target that is not named is asked nothing. */
  readonly checks: Readonly<Record<string, readonly string[]>>;
  /** How many results the earlier run has on these targets. */
  readonly of: number;
}

/** Which checks run on a target, decided before anything runs: the yardstick of completeness. */
export interface TargetPlan {
  readonly target: string;
  readonly selected: readonly { readonly facts: CheckFacts; readonly gate: Gate }[];
  readonly notSelected: readonly { readonly check: string; readonly why: string }[];
}

/** What a plan takes from the declaration of a target; the reference server is declared without claims. */
type Declared = Pick<Target, 'name' | 'permissions'> &
  Partial<Pick<Target, 'driver'>> & {
    readonly settings: {
      readonly driver?: string;
      readonly claims?: Claims;
      readonly lab?: boolean;
      readonly dns?: unknown;
    };
  };

/**
 * Selects the checks for a target: by `--only` and `--skip`, by the profile, by what the target permits. What its
 * operator claims is held against it in every profile.
 * @param others gates of suites that somebody else wrote, by their names: they count where the profile names no check
 * @throws ConfigurationError when `--only` or `--skip` names nothing that exists
 */
export function planTarget(
  checks: readonly Check[],
  target: Declared,
  profile: Profile,
  selection: Selection,
  others: ReadonlyMap<string, Gate> = new Map(),
): TargetPlan {
  const again = selection.again?.checks[target.name] ?? [];
  const isChosen = chosenFrom(checks, selection);
  const selected: { facts: CheckFacts; gate: Gate }[] = [];
  const notSelected: { check: string; why: string }[] = [];
  for (const check of checks) {
    const { id, upholds = [] } = check.definition;
    const { safety } = asAskedOf(check, target).definition;
    const { claims } = target.settings;
    const isBinding = claims !== undefined && upholds.some((name) => isPromised(name, claims));
    const gate = isBinding ? 'fail' : (profile.gates[id] ?? others.get(check.suite));
    const why = !isChosen(check)
      ? 'excluded by --only or --skip'
      : selection.again && !again.includes(id)
        ? `was not left failed or open by run ${selection.again.runId}`
        : gate === undefined
          ? `not part of the profile ${profile.id}`
          : target.driver === 'network' && check.suite !== 'op25b'
            ? 'is about mail servers, and the target is an access network'
            : target.permissions.includes(safety)
              ? lacksPublicDns(check.definition, target)
              : `needs the permission ${safety}, which targets.yaml does not give`;
    if (why === null && gate !== undefined) selected.push({ facts: factsOf(check), gate });
    else notSelected.push({ check: id, why: why ?? 'not selected' });
  }
  return { target: target.name, selected, notSelected };
}

/** The facts of a check as they stand in a result. */
export function factsOf(check: Check): CheckFacts {
  const { id, slug, title, sends, demands, level, severity, clauses, limits = [] } = check.definition;
  return {
    check: id,
    slug,
    suite: check.suite,
    title,
    sends,
    demands,
    level,
    severity,
    clauses,
    limits,
    source: check.source,
  };
}
