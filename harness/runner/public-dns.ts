import { byRecordsAlone } from '../check/by-records-alone.ts';
import type { Check, CheckDefinition } from '../check/define.ts';
import type { DeclaredOpenLab } from '../check/open-lab.ts';

/** What a plan takes from a declaration to know where records of a target can be looked up. */
export interface DeclaredSurroundings {
  readonly driver?: string;
  readonly settings: { readonly lab?: boolean | DeclaredOpenLab; readonly dns?: unknown };
}

/** Whether a target is surrounded by a lab. */
export function hasLab({ driver, settings }: DeclaredSurroundings): boolean {
  return driver === 'host' ? settings.lab !== undefined : settings.lab !== false;
}

/** What is declared of a lab in the open; null where the lab is another one, or there is none. */
export function openLabOf({ settings }: DeclaredSurroundings): DeclaredOpenLab | null {
  return typeof settings.lab === 'object' ? settings.lab : null;
}

/** Whether what the target publishes is published in its lab. */
function publishesInLab(target: DeclaredSurroundings): boolean {
  return hasLab(target) && openLabOf(target) === null;
}

/** Why a check that looks records up cannot be made of a target; null where it can. */
export function lacksPublicDns(
  { needs }: Pick<CheckDefinition, 'needs'>,
  target: DeclaredSurroundings,
): string | null {
  if (!needs.includes('records') || publishesInLab(target)) return null;
  return target.driver === 'host' && target.settings.dns !== undefined
    ? null
    : 'needs the public DNS: `dns:` of the target';
}

/** A check as it is made of a target, which may have no lab that it publishes in. */
export function asAskedOf(check: Check, target: DeclaredSurroundings): Check {
  return publishesInLab(target) ? check : byRecordsAlone(check);
}
