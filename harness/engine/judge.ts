import type { CheckDefinition } from '../check/define.ts';
import { printable } from '../evidence/visible.ts';
import { Inconclusive, NotApplicable } from '../model/outcomes.ts';
import type { VariantResult } from '../model/result.ts';
import type { Role } from '../model/roles.ts';
import type { Cause, Verdict } from '../model/verdict.ts';
import type { Verification } from '../model/verification.ts';
import {
  ConnectionEnded,
  isWireFailure,
  Malformed,
  Silence,
  TlsFailed,
  Unreachable,
} from '../wire/failures.ts';

/**
 * Turns what a body verified and how it ended into a verdict: the one place where something thrown
 * becomes one. A violation counts whatever happened after it.
 */
export function judge(run: {
  readonly name: string;
  readonly role: Role;
  readonly definition: CheckDefinition;
  readonly verifications: readonly Verification[];
  /** What the body threw; undefined when it returned. */
  readonly thrown: unknown;
  /** Takes secrets out of a sentence: what was thrown may quote a server that echoes. */
  readonly clean: (sentence: string) => string;
  /** Name of the control that threw it; undefined where it was the body. */
  readonly endedBy?: string | undefined;
}): VariantResult {
  const { name, role, definition, verifications, thrown, clean, endedBy } = run;
  const missed = verifications.filter((verification) => !verification.held);
  const violations = missed.filter((verification) => verification.strict);
  const deviations = missed.filter((verification) => !verification.strict);
  const [verdict, cause, reason] = outcome(definition, verifications, violations, deviations, thrown);
  return {
    name: printable(name),
    role,
    verdict,
    cause,
    reason: clean(reason),
    violations,
    deviations,
    verified: verifications.length,
    ...(verdict === 'inconclusive' && endedBy !== undefined ? { endedBy } : {}),
  };
}

function outcome(
  definition: CheckDefinition,
  verifications: readonly Verification[],
  violations: readonly Verification[],
  deviations: readonly Verification[],
  thrown: unknown,
): [Verdict, Cause | null, string] {
  const [violation] = violations;
  if (violation) {
    return [definition.worst === 'warn' ? 'warn' : 'fail', null, sentence(violation)];
  }
  if (thrown instanceof Inconclusive) return ['inconclusive', thrown.why, printable(thrown.message)];
  if (isWireFailure(thrown)) return ['inconclusive', causeOf(thrown), printable(thrown.message)];
  if (thrown !== undefined && !(thrown instanceof NotApplicable)) {
    return [
      'error',
      'harness',
      printable(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)),
    ];
  }
  const [deviation] = deviations;
  if (deviation) return ['warn', null, sentence(deviation)];
  if (thrown instanceof NotApplicable) {
    return ['not-applicable', null, printable(`${thrown.message} Observed: ${thrown.observed}`)];
  }
  const last = verifications.at(-1);
  if (!last) return ['error', 'vacuous', 'The check ended without a single verification.'];
  return ['pass', null, ended(`${capitalised(last.demand)}: ${last.actual}`)];
}

function sentence({ demand, expected, actual }: Verification): string {
  return ended(`${capitalised(demand)}: expected ${expected}, found ${actual}`);
}

/** A full stop, unless what is quoted at the end brings one. */
function ended(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why there is no verdict, where the wire failed. */
export function causeOf(failure: Error): Cause {
  if (failure instanceof Unreachable) return 'unreachable';
  if (failure instanceof Silence) return 'timeout';
  if (failure instanceof ConnectionEnded) return 'closed';
  if (failure instanceof Malformed) return 'malformed';
  // Silence in the middle of a handshake is silence: on a busy machine it is worth a second look.
  if (failure instanceof TlsFailed && failure.waitedMs !== undefined) return 'timeout';
  return 'precondition';
}
