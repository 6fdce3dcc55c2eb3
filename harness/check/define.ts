import type { Clause } from '../model/clause.ts';
import { type Duration, milliseconds } from '../model/duration.ts';
import type { FaultName } from '../model/faults.ts';
import type { Effect, Safety, Severity } from '../model/levels.ts';
import type { PromiseName } from '../model/promises.ts';
import type { Role } from '../model/roles.ts';
import { SLUG } from '../model/slug.ts';
import { type CheckId, prefixOf, SUITES, type SuiteSlug } from '../model/suites.ts';
import type { Target } from '../model/target.ts';
import { callSite } from './call-site.ts';
import type { Control, FoundOverIpv6 } from './control.ts';
import type { BeyondOpenLab } from './open-lab.ts';
import type { Services } from './services.ts';

/** Abilities a check needs beside a scripted client. */
export type Need =
  | 'account'
  | 'account-2'
  /** A mailbox that IMAP or POP3 can read: where the target declares no way into one, the check does not begin. */
  | 'mailbox'
  /** The same for a part of the check; the rest is decided without. */
  | 'mailbox-in-part'
  /**
   * The target brings mail to the servers of its recipients itself, for the check plays them by more than what they
   * reply at RCPT and at the end of the data: not applicable where a smarthost stands between.
   */
  | 'own-delivery'
  | 'raw-tls'
  /** Records are looked up: in the lab, or at the resolver that the declaration of a target without lab names. */
  | 'records'
  | 'dns'
  | 'sink'
  | 'mitm'
  | 'ip2'
  | 'vantage'
  | 'time';

/** What of a check is otherwise on a target without lab. */
export interface ByRecordsAlone {
  readonly safety: Safety;
  readonly effect: Effect;
  readonly roles?: readonly [Role, ...Role[]];
  readonly per?: 'role' | 'target';
}

interface CheckStatement {
  /** Permanent code, such as `STLS-011`; never renumbered, never reused. */
  readonly id: CheckId;
  /** Permanent readable name, lower case with hyphens, unique within the suite. */
  readonly slug: string;
  /** The requirement as a statement about a good server, in one line. */
  readonly title: string;
  /** The stimulus. */
  readonly sends: string;
  /** What the cited text demands as an answer. */
  readonly demands: string;
  readonly severity: Severity;
  /**
   * The check is about how strangers are treated: where the preflight found that the target favours the addresses
   * of the lab, it stays open. Checks that cannot do without a lab say so in their bodies, by `assertUntrusted`.
   */
  readonly asStranger?: true;
  readonly clauses: readonly [Clause, ...Clause[]];
  /** The body runs once per role that the target offers, each run being one variant of the check. */
  readonly roles: readonly [Role, ...Role[]];
  /** `target`: the body runs once and looks at several roles itself. */
  readonly per?: 'role' | 'target';
  readonly needs: readonly Need[];
  /**
   * What the body decides on a target that has no lab, where `needs` tell it wrongly (`needsLab`): something, for it
   * asks `hasLab` before it calls `lab()`, and what it decides less is one of its `limits`; the same where an account
   * has a mailbox that can be read, to which it sends in the place of somebody elsewhere; or nothing.
   */
  readonly withoutLab?: 'decides' | 'decides-in-mailbox' | 'decides-nothing';
  /** What the check needs of its lab that one in the open never has, or has only where the declaration says so. */
  readonly beyondOpenLab?: BeyondOpenLab;
  readonly effect: Effect;
  readonly safety: Safety;
  /** Time the body may take on a server that answers at once; slow servers are given more. */
  readonly budget: Duration;
  /** Most connections one run of the body has open at the same time; 1 if not given. */
  readonly connections?: number;
  /**
   * Milliseconds that the body spends waiting on purpose, such as for the end of a declared window. They
   * are added to the budget, and meanwhile the run keeps no connection from others: it takes its part of
   * the target's connections one by one, when it opens them.
   */
  readonly waits?: (target: Target) => number;
  /**
   * Names of what only one run of a body may use at a time, such as a maildrop that POP3 locks; runs that
   * name the same one take turns.
   */
  readonly resources?: readonly string[];
  /**
   * Controls that the check stands on. They have run before its body begins, which reads what they found by
   * `finding`; where one broke off, the body does not begin, and the check ends with the reason of the control.
   */
  readonly buildsOn?: readonly Control<unknown>[];
  /** Controls that a part of the check stands on: the body begins all the same, and reads them by `finding` or `objection`. */
  readonly considers?: readonly Control<unknown>[];
  /**
   * The body runs over IPv6 too, beside IPv4, on the roles that this control finds to answer there; a check that runs
   * once for the target, where all its roles do. Each such run is a variant of the check, and says so in its name.
   */
  readonly overIpv6?: Control<FoundOverIpv6>;
  /**
   * The check provokes penalties of its client address, so that it gets one from which nobody else connects; checks
   * with failed logins always do.
   */
  readonly ownAddress?: true;
  /**
   * Claims that the check holds the target to. Where one of them is made, a failure is a broken promise, which counts
   * in every profile, whatever it makes of the check otherwise.
   */
  readonly upholds?: readonly [PromiseName, ...PromiseName[]];
  /**
   * What the check is where the target has no lab, and there is a resolver to ask: the controls that it builds on and
   * considers are not made then, and nothing is sent. Its body looks at the `source` of records. Left out: the check is
   * the same everywhere.
   */
  readonly byRecordsAlone?: ByRecordsAlone;
  /** What the check cannot see or decide, in sentences; shown with every result. */
  readonly limits?: readonly string[];
}

/**
 * Level and what it can lead to. A MAY, and a requirement whose decision rule knows no failure,
 * ends in `warn` at most.
 */
type Grading =
  | {
      readonly level: 'MUST' | 'SHOULD' | 'policy';
      readonly worst?: 'fail';
      readonly kills: readonly FaultName[];
    }
  | {
      readonly level: 'MUST' | 'SHOULD' | 'MAY' | 'policy';
      readonly worst: 'warn';
      readonly kills: readonly FaultName[];
    };

export type CheckDefinition = CheckStatement & Grading;

export type CheckBody = (services: Services) => Promise<void>;

/** A check as registered: the definition, its body, and where it is written. */
export interface Check {
  readonly definition: Readonly<CheckDefinition>;
  readonly suite: SuiteSlug;
  readonly body: CheckBody;
  /** File (relative to the project) and line of the definition. */
  readonly source: { readonly file: string; readonly line: number };
}

/**
 * Defines a check. Returns a frozen record and has no other effect.
 * @throws Error when code, slug, clause or budget are malformed. Which suites, and which texts, there are is known to
 *   whoever loads it.
 */
export function check(definition: CheckDefinition, body: CheckBody): Check {
  if (!/^[A-Z0-9]+-\d{3}$/.test(definition.id)) {
    throw new Error(`The code of a check is a suite prefix and three digits, found "${definition.id}".`);
  }
  if (!SLUG.test(definition.slug)) {
    throw new Error(`The slug of ${definition.id} must be lower case words joined by hyphens.`);
  }
  for (const clause of definition.clauses) {
    if (!/^[^#]+#.+$/.test(clause)) throw new Error(`The clause ${clause} names no section.`);
  }
  milliseconds(definition.budget);
  return Object.freeze({
    definition: Object.freeze(definition),
    suite: suiteNamed(prefixOf(definition.id)),
    body,
    source: callSite(),
  });
}

/** The name of a suite by its prefix; that of somebody else's is known where it is loaded. */
function suiteNamed(prefix: string): SuiteSlug {
  return SUITES.find((suite) => suite.prefix === prefix)?.slug ?? prefix.toLowerCase();
}
