import type { CheckDefinition, Need } from './define.ts';
import { needsLab } from './needs-lab.ts';

/**
 * What a lab in the open lacks. All its names have the organisational domain of the zone that is delegated to it; block
 * lists and client addresses are those of the Internet; and a server trusts it only where somebody told it to.
 */
export type BeyondOpenLab = 'two-organisations' | 'names-of-others' | 'lists-of-the-target' | 'trusted-lab';

type Definition = Pick<CheckDefinition, 'needs' | 'buildsOn' | 'withoutLab' | 'beyondOpenLab'>;

/** What a declaration says of a lab in the open. */
export interface DeclaredOpenLab {
  /** The target validates DNSSEC through the delegation of the lab, and trusts its authority. */
  readonly trusted: boolean;
}

const REASONS: Readonly<Record<BeyondOpenLab | 'new-addresses', string>> = {
  'two-organisations':
    'needs domains of two organisations, and all names of a lab in the open lie in one organisational domain',
  'names-of-others': 'needs names outside of the zone that is delegated to a lab in the open',
  'lists-of-the-target':
    'needs the block lists that the target asks, which no lab in the open can answer for',
  'trusted-lab':
    'needs a target that validates DNSSEC and trusts the authority of the lab: `trusted: true` of the lab, where that is so',
  'new-addresses': 'needs client addresses that nobody has used before, of which a lab in the open has none',
};

/** Why a check cannot be made with a lab in the open; null where it can. */
export function lacksInTheOpen(definition: Definition, lab: DeclaredOpenLab): string | null {
  const { needs, beyondOpenLab: beyond } = definition;
  if (beyond !== undefined && !(beyond === 'trusted-lab' && lab.trusted)) return REASONS[beyond];
  if (!needsLab(definition)) return null;
  const wants = (need: Need) => needs.includes(need);
  // A man in the middle stands in front of the target, whoever comes.
  if (wants('ip2') || (wants('vantage') && !wants('mitm'))) return REASONS['new-addresses'];
  return null;
}
