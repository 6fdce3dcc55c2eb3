import { byRecordsAlone } from '../check/by-records-alone.ts';
import type { Check, CheckDefinition } from '../check/define.ts';

/** What a plan takes from a declaration to know where records of a target can be looked up. */
export interface DeclaredSurroundings {
  readonly driver?: string;
  readonly settings: { readonly lab?: boolean; readonly dns?: unknown };
}

/** Whether a target is surrounded by a lab. */
export function hasLab({ driver, settings }: DeclaredSurroundings): boolean {
  return driver !== 'host' && settings.lab !== false;
}

/** Why a check that looks records up cannot be made of a target; null where it can. */
export function lacksPublicDns(
  { needs }: Pick<CheckDefinition, 'needs'>,
  target: DeclaredSurroundings,
): string | null {
  if (!needs.includes('records') || hasLab(target)) return null;
  return target.driver === 'host' && target.settings.dns !== undefined
    ? null
    : 'needs the public DNS: `dns:` of the target';
}

/** A check as it is made of a target, which may have no lab. */
export function asAskedOf(check: Check, target: DeclaredSurroundings): Check {
  return hasLab(target) ? check : byRecordsAlone(check);
}
