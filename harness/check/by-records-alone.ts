import type { Check } from './define.ts';

/**
 * A check as it is made of a target that has no lab: what of it needs one is left out, with the controls that it stands
 * on, the wait for them, and the permissions that only they need. Other checks stay as they are.
 */
export function byRecordsAlone(check: Check): Check {
  const { byRecordsAlone: instead } = check.definition;
  if (!instead) return check;
  const { buildsOn: _1, considers: _2, overIpv6: _3, waits: _4, ...rest } = check.definition;
  const needs = ['records'] as const;
  // What stays is of one level or of the other, as it was.
  const definition = Object.freeze({ ...rest, needs, ...instead }) as Check['definition'];
  return { ...check, definition };
}
