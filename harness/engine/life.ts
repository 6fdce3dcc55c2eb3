import type { Role } from '../model/roles.ts';
import type { CheckId } from '../model/suites.ts';
import type { SwappedPorts } from './swapped-ports.ts';

/** What the checks of a run have learned about the life of their target, role by role. */
export interface Life {
  /** Roles on which the target has said something in this run. */
  readonly heard: Set<Role>;
  /** Roles that were heard and answer no more, each with the check after which that was noticed. */
  readonly gone: Map<Role, CheckId>;
  /** Whether mx and submission are declared the wrong way round; undefined until a check had reason to look. */
  swappedPorts: Promise<SwappedPorts | null> | undefined;
}

export function createLife(): Life {
  return { heard: new Set(), gone: new Map(), swappedPorts: undefined };
}
