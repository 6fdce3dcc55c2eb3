import { control, type Services } from '../../harness/check/check.ts';
import { assertLookedUp, ordinaryMailIsTaken } from '../../harness/steps/controls/ordinary-mail.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt, isAbout } from './attempt.ts';
import { ELSEWHERE } from './world.ts';

/** What a message showed that gives no reason to refuse it. */
export interface Evaluation {
  /** `records`: a result stands in the message; `asks`: the policy is asked for, and no result stands there. */
  readonly kind: 'records' | 'asks' | 'absent';
  readonly line: string;
}

/** What the target makes of the policy of a message that passes. */
export const spfIsEvaluated = control(
  {
    ...RECEIVED_MAIL,
    id: 'spf-is-evaluated',
    title: 'It is known whether SPF is evaluated, and recorded',
    effect: 'reads',
    budget: '5s',
    buildsOn: [ordinaryMailIsTaken],
  },
  async (services): Promise<Evaluation> => {
    const { results, asked } = services.finding(ordinaryMailIsTaken);
    assertLookedUp(services, 'spf');
    if (results.some((one) => isAbout(one, 'mailfrom')))
      return { kind: 'records', line: 'results of SPF are recorded' };
    if (asked.has('spf')) return { kind: 'asks', line: 'policies are asked for, and no result is recorded' };
    return { kind: 'absent', line: 'no policy is asked for and no result is recorded' };
  },
);

/**
 * Whether a message that the policy forbids is refused: then one that is accepted was not found forbidden, recorded
 * or not. Costs one message.
 */
export const spfIsEnforced = control(
  {
    ...RECEIVED_MAIL,
    budget: '30s',
    waits: deliveries(1),
    buildsOn: [ordinaryMailIsTaken],
    id: 'spf-is-enforced',
    title: 'It is known whether what a policy forbids is refused',
  },
  async (services) => {
    const { offered } = await attempt(services, {
      label: 'forbidden',
      zone: `v=spf1 ip4:${ELSEWHERE} -all`,
    });
    return { enforced: offered.disposition === 'rejected', line: offered.line };
  },
);

/**
 * Ends the check where the target evaluates no SPF at all: what it makes of single policies is no question then.
 */
export function assertEvaluates({ target, notApplicable, lab, finding }: Services): void {
  lab().assertUntrusted();
  if (target.claims.inboundAuthentication?.spf === 'none')
    notApplicable('The target is declared not to evaluate SPF.', 'inbound-authentication: { spf: none }');
  const { kind, line } = finding(spfIsEvaluated);
  if (kind === 'absent') notApplicable('The target does not evaluate SPF, which is judged by SPF-001.', line);
}
