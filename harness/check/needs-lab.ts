import type { ControlDefinition } from './control.ts';
import type { CheckDefinition, Need } from './define.ts';

/** Needs that nothing but the lab of a target meets. */
const MET_BY_THE_LAB: ReadonlySet<Need> = new Set<Need>([
  'dns',
  'sink',
  'mitm',
  'ip2',
  'vantage',
  'own-delivery',
]);

/** What a definition says of the lab, of a check or of a control. */
type Definition = Pick<CheckDefinition | ControlDefinition, 'needs' | 'buildsOn' | 'withoutLab'>;

/** What a target without a lab has in its place. */
export interface InsteadOfLab {
  /** An account of it has a mailbox that can be read. */
  readonly ownMailbox: boolean;
}

/**
 * Whether a body can decide nothing on a target that has no lab: it, or a control that it stands on, needs what only
 * a lab has, unless its definition says itself what it decides without.
 */
export function needsLab(
  { needs = [], buildsOn = [], withoutLab }: Definition,
  instead: InsteadOfLab = { ownMailbox: true },
): boolean {
  switch (withoutLab) {
    case 'decides':
      return false;
    case 'decides-in-mailbox':
      return !instead.ownMailbox;
    case 'decides-nothing':
      return true;
    case undefined:
      return (
        needs.some((need) => MET_BY_THE_LAB.has(need)) ||
        buildsOn.some(({ definition }) => needsLab(definition, instead))
      );
  }
}
