import { type ControlDefinition, control, type Services } from '../../harness/check/check.ts';
import { RECEIVED_MAIL } from '../../harness/steps/offer.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { attempt } from './attempt.ts';
import { clientAddress, ELSEWHERE } from './world.ts';

/** What the controls of this suite have in common. */
const OF_MESSAGES = {
  ...RECEIVED_MAIL,
  budget: '30s',
  waits: deliveries(1),
} as const satisfies Partial<ControlDefinition>;

/** What a message showed that gives no reason to refuse it. */
interface Evaluation {
  /** `records`: a result stands in the message; `asks`: the policy is asked for, and no result stands there. */
  readonly kind: 'records' | 'asks' | 'absent';
  readonly line: string;
}

/** What the target makes of a message from a domain that permits the client and forbids nobody. Costs one message. */
export const spfIsEvaluated = control(
  {
    ...OF_MESSAGES,
    id: 'spf-is-evaluated',
    title: 'It is known whether SPF is evaluated, and recorded',
  },
  async (services): Promise<Evaluation> => {
    const { offered, stored, results, asked } = await attempt(services, {
      label: 'control',
      zone: `v=spf1 ip4:${clientAddress(services)} ?all`,
    });
    if (results.length > 0) return { kind: 'records', line: 'results of SPF are recorded' };
    if (asked) return { kind: 'asks', line: 'policies are asked for, and no result is recorded' };
    if (offered.disposition !== 'accepted')
      return services.inconclusive(
        'precondition',
        `a message that nothing forbids is not accepted: ${offered.line}`,
      );
    if (!stored) return services.inconclusive('precondition', 'a message that was accepted is in no mailbox');
    return { kind: 'absent', line: 'no policy is asked for and no result is recorded' };
  },
);

/**
 * Whether a message that the policy forbids is refused: then one that is accepted was not found forbidden, recorded
 * or not. Costs one message.
 */
export const spfIsEnforced = control(
  {
    ...OF_MESSAGES,
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
