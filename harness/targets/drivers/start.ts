import type { LabAccess } from '../../model/lab-access.ts';
import type { Target } from '../../model/target.ts';
import type { TargetDeclaration } from '../load.ts';
import { startCompose } from './compose.ts';
import { startContainer } from './container.ts';
import { startHost } from './host.ts';
import { startNetwork } from './network.ts';
import { startReferenceTarget } from './reference.ts';

export interface StartContext {
  /** Id of the run; stands on everything made for it. */
  readonly runId: string;
  /** Ends the start; what was made until then is removed. */
  readonly signal: AbortSignal;
}

export interface RunningTarget {
  readonly target: Target;
  /** How to use its lab; null where it has none. The preflight is still to come. */
  readonly lab: LabAccess | null;
  /** What exactly is audited, for the record: image and its digest, container, build arguments, faults. */
  readonly artefact: Readonly<Record<string, string>>;
  /** How the target ended of itself, with the end of its log; null while it runs. Absent where nobody can tell. */
  ending?(): Promise<string | null>;
  /** Ends the target and removes what was made for it; a second call does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a target, or takes it as it is; when this returns, every declared role of a reference, a
 * container or a compose project has greeted.
 * @throws ConfigurationError for a secret, file, image or engine that is not there; StartFailed when
 *   the target does not come up
 */
export async function startTarget(
  declaration: TargetDeclaration,
  context: StartContext,
): Promise<RunningTarget> {
  const { settings } = declaration;
  switch (settings.driver) {
    case 'reference':
      return startReferenceTarget({ ...declaration, settings });
    case 'container':
      return startContainer({ ...declaration, settings }, context);
    case 'compose':
      return startCompose({ ...declaration, settings }, context);
    case 'host':
      return startHost({ ...declaration, settings });
    case 'network':
      return startNetwork({ ...declaration, settings }, context);
  }
}
