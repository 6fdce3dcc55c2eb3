import type { Services, Target } from '../../harness/check/check.ts';

/** POP before SMTP as the operator declares it; times in milliseconds. */
export type DeclaredWindow = NonNullable<Target['claims']['popBeforeSmtp']>;

/** Longest window that an audit waits for, in milliseconds. */
const LONGEST_WAIT = 3_900_000;
/** Where a target does not say when to look for the effect of a login, in milliseconds after it. */
const LOGIN_EFFECT = [1_000, 5_000, 15_000];

/** Ends the check where the feature is declared absent. */
export function declaredWindow({
  target,
  notApplicable,
}: Pick<Services, 'target' | 'notApplicable'>): DeclaredWindow {
  return (
    target.claims.popBeforeSmtp ??
    notApplicable('POP before SMTP is not offered.', 'claims without pop-before-smtp')
  );
}

/** As `declaredWindow`, and ends the check where nobody can wait for the end of the window. */
export function measurableWindow(
  services: Pick<Services, 'target' | 'notApplicable' | 'inconclusive'>,
): DeclaredWindow {
  const declared = declaredWindow(services);
  if (isMeasurable(declared)) return declared;
  return services.inconclusive(
    'precondition',
    `The declared window of ${seconds(declared.windowMs)} is longer than an audit waits; configure a shorter one for the audit.`,
  );
}

/** Times after a login at which to look for what it opened, in milliseconds. */
export function loginEffectTimes({ timing }: Pick<Target, 'timing'>): readonly number[] {
  return timing.loginEffectMs ?? LOGIN_EFFECT;
}

/** What a check waits for on purpose when it looks for the effect of a login. */
export function effectWait(target: Target): number {
  return Math.max(...loginEffectTimes(target), target.claims.popBeforeSmtp?.granularityMs ?? 0);
}

/** What a check waits for on purpose when it sees a window through to its end. */
export function windowWait(target: Target): number {
  const declared = target.claims.popBeforeSmtp;
  if (!declared || !isMeasurable(declared)) return effectWait(target);
  return Math.max(effectWait(target), declared.windowMs + 2 * declared.granularityMs);
}

/** A time for people. */
export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function isMeasurable({ windowMs, granularityMs }: DeclaredWindow): boolean {
  return windowMs + granularityMs <= LONGEST_WAIT;
}
