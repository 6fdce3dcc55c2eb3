import type { Services, Target } from '../../harness/check/check.ts';
import { attempt } from './attempt.ts';
import { clientAddress, ELSEWHERE, txt } from './world.ts';

/** What a message showed that gives no reason to refuse it. */
interface Evaluation {
  /** `records`: a result stands in the message; `asks`: the policy is asked for, and no result stands there. */
  readonly kind: 'records' | 'asks' | 'absent' | 'unknown';
  readonly line: string;
}

const evaluations = new WeakMap<Target, Promise<Evaluation>>();
const enforcements = new WeakMap<Target, Promise<boolean>>();

/**
 * Ends the check where the target evaluates no SPF at all: what it makes of single policies is no question
 * then. Asked once per target, which costs one message.
 */
export async function assertEvaluates(services: Services): Promise<void> {
  const { target, notApplicable, inconclusive, lab, note } = services;
  lab().assertUntrusted();
  if (target.claims.inboundAuthentication?.spf === 'none')
    return notApplicable(
      'The target is declared not to evaluate SPF.',
      'inbound-authentication: { spf: none }',
    );
  const evaluation = await evaluationOf(services);
  note(`control: ${evaluation.line}`);
  if (evaluation.kind === 'absent')
    return notApplicable('The target does not evaluate SPF, which is judged by SPF-001.', evaluation.line);
  if (evaluation.kind === 'unknown') return inconclusive('precondition', evaluation.line);
}

/** What the target does about SPF, as far as one message shows. */
export function evaluationOf(services: Services): Promise<Evaluation> {
  const isKept = ({ kind }: Evaluation) => kind !== 'unknown';
  return once(evaluations, services.target, () => observe(services), isKept);
}

/** What the target makes of a message from a domain that permits the client and forbids nobody. */
async function observe(services: Services): Promise<Evaluation> {
  const { offered, stored, results, asked } = await attempt(services, {
    label: 'control',
    zone: (domain) => [txt(domain, `v=spf1 ip4:${clientAddress(services)} ?all`)],
  });
  if (results.length > 0) return { kind: 'records', line: 'results of SPF are recorded' };
  if (asked) return { kind: 'asks', line: 'policies are asked for, and no result is recorded' };
  if (offered.disposition !== 'accepted')
    return { kind: 'unknown', line: `a message that nothing forbids is not accepted: ${offered.line}` };
  if (!stored) return { kind: 'unknown', line: 'a message that was accepted is in no mailbox' };
  return { kind: 'absent', line: 'no policy is asked for and no result is recorded' };
}

/**
 * Whether a message that the policy forbids is refused: then one that is accepted was not found forbidden,
 * recorded or not. Asked once per target, and only where results are not recorded.
 */
export function enforces(services: Services): Promise<boolean> {
  return once(
    enforcements,
    services.target,
    async () => {
      const { offered } = await attempt(services, {
        label: 'forbidden',
        zone: (domain) => [txt(domain, `v=spf1 ip4:${ELSEWHERE} -all`)],
      });
      return offered.disposition === 'rejected';
    },
    () => true,
  );
}

/** What showed nothing, or broke off, is asked again by the next check. */
async function once<Answer>(
  known: WeakMap<Target, Promise<Answer>>,
  target: Target,
  ask: () => Promise<Answer>,
  isKept: (answer: Answer) => boolean,
): Promise<Answer> {
  const earlier = known.get(target);
  if (earlier) return earlier;
  const asked = ask();
  known.set(target, asked);
  const forget = () => {
    if (known.get(target) === asked) known.delete(target);
  };
  try {
    const answer = await asked;
    if (!isKept(answer)) forget();
    return answer;
  } catch (failure) {
    forget();
    throw failure;
  }
}
