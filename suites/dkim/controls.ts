import type { Services, Target } from '../../harness/check/check.ts';
import { attempt, passed } from './attempt.ts';
import { ordinaryAuthor, type Sight } from './author.ts';
import { compose, withContent } from './letter.ts';

/** What a message with a good signature showed. */
export interface Evaluation {
  /**
   * `records`: the signature is recorded as good; `misjudges`: as something else; `enforces`: nothing is
   * recorded, and signatures decide about mail of domains that ask for it; `asks`: its key is asked for, and
   * nothing follows; `absent`: not even that; `unknown`: the message got nowhere.
   */
  readonly kind: 'records' | 'misjudges' | 'enforces' | 'asks' | 'absent' | 'unknown';
  readonly line: string;
}

const evaluations = new WeakMap<Target, Promise<Evaluation>>();

/**
 * Ends the check where a good signature is not taken for one that can be seen: what becomes of others says
 * nothing then. Asked once per target, which costs one message, or three where nothing is recorded.
 */
export async function assertResultsAreSeen(services: Services): Promise<Sight> {
  const evaluation = await assertEvaluates(services);
  if (evaluation.kind === 'enforces') return 'enforced';
  const { kind, line } = evaluation;
  if (kind === 'asks')
    services.inconclusive('precondition', `What the target finds out is not to be seen: ${line}`);
  if (kind === 'misjudges')
    services.inconclusive('precondition', `A good signature is not taken for one (DKIM-001): ${line}`);
  return 'recorded';
}

/** Ends the check where the target does not evaluate signatures at all. */
export async function assertEvaluates(services: Services): Promise<Evaluation> {
  const { notApplicable, inconclusive, note } = services;
  assertNotSwitchedOff(services);
  const evaluation = await evaluationOf(services);
  note(`control: ${evaluation.line}`);
  if (evaluation.kind === 'absent')
    notApplicable('The target does not verify DKIM, which is judged by DKIM-001.', evaluation.line);
  if (evaluation.kind === 'unknown') inconclusive('precondition', evaluation.line);
  return evaluation;
}

/** Ends the check where the operator says that signatures are not verified. */
export function assertNotSwitchedOff({ target, notApplicable, lab }: Services): void {
  lab().assertUntrusted();
  if (target.claims.inboundAuthentication?.dkim === 'none')
    notApplicable('The target is declared not to verify DKIM.', 'inbound-authentication: { dkim: none }');
}

/** What the target does about signatures, as far as one message shows. What showed nothing is asked again. */
async function evaluationOf(services: Services): Promise<Evaluation> {
  const { target } = services;
  const asked = evaluations.get(target) ?? observeGoodSignature(services);
  evaluations.set(target, asked);
  const forget = () => {
    if (evaluations.get(target) === asked) evaluations.delete(target);
  };
  try {
    const evaluation = await asked;
    if (evaluation.kind === 'unknown') forget();
    return evaluation;
  } catch (failure) {
    forget();
    throw failure;
  }
}

/** Sends a message with one ordinary signature: rsa-sha256 with 2048 bits, relaxed/relaxed. */
export async function observeGoodSignature(services: Services): Promise<Evaluation> {
  const { author, order } = await ordinaryAuthor(services);
  const letter = compose(services, author);
  const outcome = await attempt(
    services,
    withContent(letter, services.authentication.dkim.signed(letter.content, order)),
  );
  const queries = await services.lab().dns.queries({ name: `${order.selector}._domainkey.${author.domain}` });
  const seen = `a message with a good signature: ${outcome.line}`;
  const said = outcome.results.some(({ result }) => result !== 'none');
  if (passed(outcome, author.domain)) return { kind: 'records', line: seen };
  if (outcome.offered.disposition !== 'accepted' || !outcome.stored) return { kind: 'unknown', line: seen };
  if (said) return { kind: 'misjudges', line: seen };
  if (queries.length === 0) return { kind: 'absent', line: `${seen}, and nobody asked for its key` };
  return (await enforces(services))
    ? { kind: 'enforces', line: `${seen}, and messages without one are refused where that is asked for` }
    : { kind: 'asks', line: `${seen}, and its key was asked for` };
}

/** Whether a signature decides about mail of a domain that asks to refuse what has no good one (DMARC). */
async function enforces(services: Services): Promise<boolean> {
  const { author, order } = await ordinaryAuthor(services, { sight: 'enforced', label: 'strict' });
  const letter = compose(services, author);
  const content = services.authentication.dkim.signed(letter.content, order);
  const good = await attempt(services, withContent(letter, content));
  const unsigned = await attempt(services, compose(services, author));
  return passed(good) && !passed(unsigned);
}
