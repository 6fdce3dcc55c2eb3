import type { Effect } from '../model/levels.ts';
import { ROLES, type Role } from '../model/roles.ts';
import type { Target } from '../model/target.ts';
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

/**
 * What a run of a check holds alone: what it names, and the limits of a protocol where it disturbs the server. Where only
 * POP3 shows a mailbox, who waits for a message and holds connections meanwhile has the maildrop too: else it would
 * wait for somebody who has the maildrop and waits for connections.
 */
export function resourcesOf(
  {
    resources = [],
    needs = [],
    waits,
    effect,
    roles,
  }: Pick<ControlDefinition, 'resources' | 'needs' | 'waits' | 'roles'> & { readonly effect: Effect },
  { endpoints }: Target,
  role: Role,
): readonly string[] {
  const looks = needs.includes('mailbox') || needs.includes('mailbox-in-part');
  const byPop3 = !endpoints.imap && !endpoints.imaps && looks && !waits;
  const limits =
    effect === 'disturbs' ? roles.map((role) => `limits of the ${ROLES[role].protocol} server`) : [];
  const named = resources.map((one) => (one === TIMING ? `${TIMING} on ${role}` : one));
  return [...new Set([...named, ...(byPop3 ? [MAILDROP] : []), ...limits])];
}
