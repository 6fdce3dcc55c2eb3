import type { Target } from '../model/target.ts';
import type { CheckDefinition } from './define.ts';

/**
 * Names for `resources` that checks of different suites must spell alike. A maildrop belongs to one
 * POP3 session at a time (RFC 1939 §4), so every body that logs in there by right names it.
 */
export const MAILDROP = 'maildrop of the first account';
export const SECOND_MAILDROP = 'maildrop of the second account';

/** The address of the target that forwards: the domain behind it leads to one receiving server at a time. */
export const FORWARDING = 'forwarding address';

/** What a run of a check holds alone: what it names, and the maildrop where only POP3 shows a mailbox. */
export function resourcesOf(
  { resources = [], needs = [] }: Partial<Pick<CheckDefinition, 'resources' | 'needs'>>,
  { endpoints }: Target,
): readonly string[] {
  const byPop3 = needs.includes('mailbox') && !endpoints.imap && !endpoints.imaps;
  return byPop3 && !resources.includes(MAILDROP) ? [...resources, MAILDROP] : resources;
}
