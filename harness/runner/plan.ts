import type { Gate, NotSelected } from '../../reports/model/record.ts';
import type { Check } from '../check/define.ts';
import { needsLab } from '../check/needs-lab.ts';
import { type DeclaredOpenLab, lacksInTheOpen } from '../check/open-lab.ts';
import type { Claims } from '../model/claims.ts';
import { isPromised } from '../model/promises.ts';
import type { CheckResult } from '../model/result.ts';
import type { Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
import { MAILBOX_ROLES } from '../steps/in-mailbox.ts';
import { chosenFrom } from './choose-checks.ts';
import type { Profile } from './profile.ts';
import { asAskedOf, hasLab, lacksPublicDns, openLabOf } from './public-dns.ts';

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
  readonly notSelected: readonly NotSelected[];
}

/** What a plan takes from the declaration of a target; the reference server is declared without claims. */
type Declared = Pick<Target, 'name' | 'permissions'> &
  Partial<Pick<Target, 'driver'>> & {
    readonly settings: {
      readonly driver?: string;
      readonly claims?: Claims;
      readonly lab?: boolean | DeclaredOpenLab;
      readonly dns?: unknown;
    } & Reachable;
  };

/** By what mail of an account comes back to whoever audits. */
interface Reachable {
  readonly roles?: Readonly<Partial<Record<Role, unknown>>>;
  readonly accounts?: readonly unknown[];
}

/** Why a check is left out; null where it is asked. */
type LeftOut = Pick<NotSelected, 'why' | 'reason'> | null;

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
  const isChosen = chosenFrom(checks, selection);
  const selected: { facts: CheckFacts; gate: Gate }[] = [];
  const notSelected: NotSelected[] = [];
  for (const check of checks) {
    const { id, upholds = [] } = check.definition;
    const { claims } = target.settings;
    const isBinding = claims !== undefined && upholds.some((name) => isPromised(name, claims));
    const gate = isBinding ? 'fail' : (profile.gates[id] ?? others.get(check.suite));
    const left =
      unchosen(check, target, selection, isChosen) ??
      (gate === undefined ? outside(profile) : unsuited(asAskedOf(check, target), target, profile));
    if (left) notSelected.push({ check: id, ...left });
    else if (gate !== undefined) selected.push({ facts: factsOf(check), gate });
  }
  return { target: target.name, selected, notSelected };
}

/** What whoever started the run left out. */
function unchosen(
  check: Check,
  target: Declared,
  { again }: Selection,
  isChosen: (check: Check) => boolean,
): LeftOut {
  if (!isChosen(check)) return { why: 'excluded by --only or --skip', reason: 'selection' };
  if (again && !(again.checks[target.name] ?? []).includes(check.definition.id))
    return { why: `was not left failed or open by run ${again.runId}`, reason: 'selection' };
  return null;
}

function outside({ id }: Profile): NonNullable<LeftOut> {
  return { why: `not part of the profile ${id}`, reason: 'profile' };
}

/** What cannot be asked of the target as it is declared. */
function unsuited({ suite, definition }: Check, target: Declared, profile: Profile): LeftOut {
  const { safety } = definition;
  if (target.driver === 'network' && suite !== 'op25b')
    return { why: 'is about mail servers, and the target is an access network', reason: 'kind' };
  const isPermitted = target.permissions.includes(safety);
  if (!isPermitted)
    return { why: `needs the permission ${safety}, which targets.yaml does not give`, reason: 'permission' };
  const lacking = lacksPublicDns(definition, target);
  if (lacking !== null) return { why: lacking, reason: 'records' };
  const instead = { ownMailbox: hasOwnMailbox(target.settings) };
  if (!profile.demandsLab && !hasLab(target) && needsLab(definition, instead))
    return { why: 'needs a lab, and the target has none', reason: 'lab' };
  const open = openLabOf(target);
  const beyond = open && lacksInTheOpen(definition, open);
  return beyond ? { why: beyond, reason: 'lab' } : null;
}

function hasOwnMailbox({ roles = {}, accounts = [] }: Reachable): boolean {
  return accounts.length > 0 && MAILBOX_ROLES.some((role) => roles[role] !== undefined);
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
