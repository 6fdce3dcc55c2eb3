import type { Gate } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import type { Claims } from '../model/claims.ts';
import { ConfigurationError } from '../model/configuration-error.ts';
import { isPromised } from '../model/promises.ts';
import type { CheckResult } from '../model/result.ts';
import { SUITES } from '../model/suites.ts';
import type { Target } from '../model/target.ts';
import type { Profile } from './profile.ts';

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
  /** Codes and suite names; empty: everything. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
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
    readonly settings: { readonly driver?: string; readonly claims?: Claims };
  };

/**
 * Selects the checks for a target: by `--only` and `--skip`, by the profile, by what the target permits. What its
 * operator claims is held against it in every profile.
 * @throws ConfigurationError when `--only` or `--skip` names nothing that exists
 */
export function planTarget(
  checks: readonly Check[],
  target: Declared,
  profile: Profile,
  selection: Selection,
): TargetPlan {
  assertKnown([...selection.only, ...selection.skip], checks);
  const selected: { facts: CheckFacts; gate: Gate }[] = [];
  const notSelected: { check: string; why: string }[] = [];
  for (const check of checks) {
    const { id, safety, upholds = [] } = check.definition;
    const { claims } = target.settings;
    const isBinding = claims !== undefined && upholds.some((name) => isPromised(name, claims));
    const gate = isBinding ? 'fail' : profile.gates[id];
    const why = !wanted(check, selection)
      ? 'excluded by --only or --skip'
      : gate === undefined
        ? `not part of the profile ${profile.id}`
        : target.driver === 'network' && check.suite !== 'op25b'
          ? 'is about mail servers, and the target is an access network'
          : target.permissions.includes(safety)
            ? null
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

function wanted(check: Check, { only, skip }: Selection): boolean {
  const named = (names: readonly string[]) =>
    names.some((name) => name.toUpperCase() === check.definition.id || name.toLowerCase() === check.suite);
  return (only.length === 0 || named(only)) && !named(skip);
}

function assertKnown(names: readonly string[], checks: readonly Check[]): void {
  for (const name of names) {
    const known =
      checks.some((check) => check.definition.id === name.toUpperCase()) ||
      SUITES.some((suite) => suite.slug === name.toLowerCase());
    if (!known) {
      throw new ConfigurationError(
        `"${name}" is neither the code of a check nor a suite; mailspec list shows both. Suites: ${SUITES.map((suite) => suite.slug).join(', ')}.`,
      );
    }
  }
}
