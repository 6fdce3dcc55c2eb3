import { type Duration, milliseconds } from '../model/duration.ts';
import type { Effect, Safety } from '../model/levels.ts';
import type { Role } from '../model/roles.ts';
import { SLUG } from '../model/slug.ts';
import type { Target } from '../model/target.ts';
import { callSite, type Place } from './call-site.ts';
import type { CheckDefinition, Need } from './define.ts';
import type { Services } from './services.ts';

/**
 * Something that must be known of a target before checks can tell anything: that it serves strangers, that mail of
 * its users leaves it. It runs once per target, with a budget and evidence of its own.
 */
export interface ControlDefinition {
  /** Lower case with hyphens, such as `mail-leaves`; unique. */
  readonly id: string;
  /** What a working server does, in one line. */
  readonly title: string;
  /** The first of these that the target offers is the role of the body; where it offers none, the control does not apply. */
  readonly roles: readonly [Role, ...Role[]];
  readonly effect: Exclude<Effect, 'disturbs' | 'fails-logins'>;
  readonly safety: Safety;
  /** Time the body may take on a server that answers at once; slow servers are given more. */
  readonly budget: Duration;
  /** Most connections that the body has open at the same time; 1 if not given. */
  readonly connections?: number;
  /** Milliseconds that the body spends waiting on purpose. */
  readonly waits?: (target: Target) => number;
  /** Abilities that the body needs beside a scripted client. */
  readonly needs?: readonly Need[];
  /** As of a check. */
  readonly withoutLab?: CheckDefinition['withoutLab'];
  /** Names of what only one body may use at a time. */
  readonly resources?: readonly string[];
  /** Controls that this one stands on. */
  readonly buildsOn?: readonly Control<unknown>[];
}

/** What a control found: `line` tells people, in a sentence that may quote the server. */
export interface Finding {
  readonly line: string;
}

/** What a control found that looks where the target answers over IPv6 too. */
export interface FoundOverIpv6 extends Finding {
  readonly roles: readonly Role[];
}

/**
 * Returns what it found. It breaks off by `inconclusive` or `notApplicable` where checks that build on it could
 * tell nothing.
 */
export type ControlBody<Found> = (services: Services) => Promise<Found>;

/** A control as defined: the definition, its body, and where it is written. */
export interface Control<Found> {
  readonly definition: Readonly<ControlDefinition>;
  readonly body: ControlBody<Found>;
  readonly source: Place;
}

/** Every control that must have run before a body begins. */
export function controlsOf({
  buildsOn = [],
  considers = [],
  overIpv6,
}: {
  readonly buildsOn?: readonly Control<unknown>[];
  readonly considers?: readonly Control<unknown>[];
  readonly overIpv6?: Control<unknown>;
}): readonly Control<unknown>[] {
  return [...buildsOn, ...considers, ...(overIpv6 ? [overIpv6] : [])];
}

/**
 * Defines a control. Returns a frozen record and has no other effect.
 * @throws Error when its name or budget is malformed
 */
export function control<Found extends Finding>(
  definition: ControlDefinition,
  body: ControlBody<Found>,
): Control<Found> {
  if (!SLUG.test(definition.id))
    throw new Error(`The name of a control is lower case words joined by hyphens, found "${definition.id}".`);
  milliseconds(definition.budget);
  return Object.freeze({ definition: Object.freeze(definition), body, source: callSite() });
}
