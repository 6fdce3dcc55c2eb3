import type { Effect } from '../model/levels.ts';
import { ROLES, type Role } from '../model/roles.ts';
import type { ControlDefinition } from './control.ts';

/**
 * Names for `resources` that checks of different suites must spell alike. A maildrop belongs to one
 * POP3 session at a time (RFC 1939 §4), so every body that logs in there by right names it.
 */
export const MAILDROP = 'maildrop of the first account';
export const SECOND_MAILDROP = 'maildrop of the second account';

/** The address of the target that forwards: the domain behind it leads to one receiving server at a time. */
export const FORWARDING = 'forwarding address';

/**
 * Checks that compare how long failures take begin when nobody else makes any, and there is one at a time on a role.
 */
export const TIMING = 'the time that failures take';

/** What a run of a check holds alone: what it names, and the limits of a protocol where it disturbs the server. */
export function resourcesOf(
  {
    resources = [],
    effect,
    roles,
  }: Pick<ControlDefinition, 'resources' | 'roles'> & { readonly effect: Effect },
  role: Role,
): readonly string[] {
  const limits =
    effect === 'disturbs' ? roles.map((role) => `limits of the ${ROLES[role].protocol} server`) : [];
  const named = resources.map((one) => (one === TIMING ? `${TIMING} on ${role}` : one));
  return [...new Set([...named, ...limits])];
}
