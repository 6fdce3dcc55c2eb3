import type { CheckDefinition } from '../check/define.ts';
import type { Safety } from '../model/levels.ts';

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

/** The permission that a check needs of a target. */
export function safetyOn(
  { safety, withoutLab }: Pick<CheckDefinition, 'safety' | 'withoutLab'>,
  target: DeclaredSurroundings,
): Safety {
  return hasLab(target) ? safety : (withoutLab?.safety ?? safety);
}
